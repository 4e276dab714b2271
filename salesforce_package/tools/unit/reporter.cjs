// jest's words, as the other checks speak: what failed in full, then a line for each test that is
// left out and each script that the tests hardly run, then one line that says what was looked at.

const { globSync } = require('node:fs');
const { createRequire } = require('node:module');
const { relative, resolve } = require('node:path');

const LEAST_PERCENT = 90;
const LEFT_OUT = new Set(['pending', 'todo', 'disabled']);

// What jest itself counts with.
const jest = createRequire(require.resolve('@jest/reporters'));
const { createCoverageMap } = jest('istanbul-lib-coverage');
const { createSourceMapStore } = jest('istanbul-lib-source-maps');

module.exports = class Reporter {
    #findings = [];
    #coverage = createCoverageMap();

    onTestResult(test, result) {
        if (result.failureMessage) console.log(result.failureMessage);
        for (const { fullName, status } of result.testResults) {
            if (LEFT_OUT.has(status)) {
                this.#add(
                    result.testFilePath,
                    `"${fullName}" is left out. Let it run, or remove it.`
                );
            }
        }
        if (result.coverage) this.#coverage.merge(result.coverage);
    }

    async onRunComplete(contexts, results) {
        // A component runs as LWC's compiler writes it; its lines are those of its source.
        const run = await createSourceMapStore().transformCoverage(this.#coverage);
        this.#lookAt(run);
        for (const line of this.#findings.sort()) console.log(line);
        const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
        const seconds = ((Date.now() - results.startTime) / 1000).toFixed(1);
        console.log(
            `unit: ${results.numTotalTests} tests in ${results.numTotalTestSuites} files, ` +
                `${percentOf(run)} % of the lines of ${run.files().length} scripts: ` +
                `${verdict(failed, this.#findings.length)} (${seconds} s)`
        );
    }

    /** jest's way to let the whole run fail. */
    getLastError() {
        return this.#findings.length ? new Error('See the findings.') : undefined;
    }

    #add(file, message) {
        this.#findings.push(`${relative(process.cwd(), file)}: ${message}`);
    }

    #lookAt(run) {
        const scripts = globSync('force-app/**/lwc/**/*.js', {
            exclude: (name) => /(^|[\\/])__tests__$/.test(name)
        }).map((script) => resolve(script));
        for (const script of scripts) {
            const isRun = run.files().includes(script);
            const percent = isRun ? percentOf(run, script) : 0;
            if (percent < LEAST_PERCENT) {
                const missed = isRun ? run.fileCoverageFor(script).getUncoveredLines() : [];
                this.#add(
                    script,
                    `tests run ${percent} % of its lines, and ${LEAST_PERCENT} % must be. Add a rule` +
                        (missed.length ? ` for: ${missed.join(', ')}` : '.')
                );
            }
        }
    }
};

function percentOf(run, file) {
    const { lines } = file ? run.fileCoverageFor(file).toSummary() : run.getCoverageSummary();
    return lines.total ? Math.floor(lines.pct) : 100;
}

function verdict(failed, findings) {
    const found = findings && `${findings} ${findings === 1 ? 'finding' : 'findings'}`;
    return [failed && `${failed} failed`, found].filter(Boolean).join(', ') || 'nothing wrong';
}
