/**
 * What of a scan is an error: a finding that nobody has explained, a reason without a finding, and
 * an engine that looked for nothing.
 */

/** Below the package's folder. `rules`: {engine: {rule: reason}}; `findings`: [{rule, file, reason}]. */
export const EXPLAINED = 'tools/scan/explained.json';

const WORST_ALLOWED = 4; // 1 critical, 2 high, 3 moderate, 4 low, 5 information

/**
 * @param {object[]} scans of each engine its name, how many rules it has gone by, and violations:
 *     engine, rule, severity, file, line, message
 * @param {object} explained what EXPLAINED holds
 * @returns {Array<{file: string, line: number, message: string}>} what is wrong
 */
export function judged(scans, explained) {
    const reasons = reasonsOf(explained);
    const used = new Set();
    const errors = [];
    for (const { engine, rules, violations } of scans) {
        if (rules === 0) {
            const message = `selects no rule of ${engine}, so nothing was proved. Correct RULES.`;
            errors.push({ file: 'tools/scan/check.mjs', line: 0, message });
        }
        for (const violation of violations.filter(({ severity }) => severity < WORST_ALLOWED)) {
            const fitting = reasons.filter((reason) => fits(reason, violation));
            fitting.forEach((reason) => used.add(reason));
            if (fitting.length === 0) errors.push(unexplained(violation));
        }
    }
    for (const reason of reasons.filter((each) => !used.has(each))) {
        const where = reason.file ? ` in ${reason.file}` : '';
        const message = `explains ${reason.rule}${where}, which is not found. Remove the reason.`;
        errors.push({ file: EXPLAINED, line: 0, message });
    }
    return errors;
}

function reasonsOf({ rules, findings }) {
    const ofRules = Object.entries(rules).flatMap(([engine, named]) =>
        Object.keys(named).map((rule) => ({ engine, rule }))
    );
    return [...ofRules, ...findings];
}

/** A reason speaks of what it names: every member that it has. */
function fits({ engine, rule, file }, violation) {
    return (
        rule === violation.rule &&
        (engine === undefined || engine === violation.engine) &&
        (file === undefined || file === violation.file)
    );
}

function unexplained({ engine, rule, severity, file, line, message }) {
    const words = message.replaceAll(/\s+/g, ' ').trim();
    return { file, line, message: `${rule} (${engine}, severity ${severity}): ${words}` };
}
