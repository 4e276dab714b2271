// How every check of the package speaks: one line per finding (where, what, what to do), then one
// line that says what was looked at, and an exit status that a Makefile understands.

import { relative } from 'node:path';

/** What a check found wrong, and what it looked at. */
export class Report {
    #began = performance.now();
    #findings = [];

    /** @param {string} name what is checked, as the last line names it */
    constructor(name) {
        this.name = name;
    }

    /**
     * @param {string} file absolute, or relative to the package
     * @param {number} line from 1; 0 where no line is to blame
     * @param {string} message what is wrong, and what to do
     */
    add(file, line, message) {
        const place = relative(process.cwd(), file) || file;
        this.#findings.push({ place, line, message });
    }

    get isClean() {
        return this.#findings.length === 0;
    }

    /**
     * Prints everything and ends the process.
     *
     * @param {string} looked what was checked, with counts
     */
    finish(looked) {
        const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
        const sorted = this.#findings.sort(
            (a, b) => a.place.localeCompare(b.place) || a.line - b.line
        );
        for (const { place, line, message } of sorted) {
            console.log(`${place}${line ? `:${line}` : ''}: ${message}`);
        }
        const found =
            sorted.length === 0
                ? 'nothing wrong'
                : `${sorted.length} ${sorted.length === 1 ? 'finding' : 'findings'}`;
        console.log(`${this.name}: ${looked}: ${found} (${seconds} s)`);
        process.exitCode = sorted.length === 0 ? 0 : 1;
    }
}

/**
 * Ends the process with one sentence, where a check could not be made at all.
 *
 * @param {string} name what was to be checked
 * @param {string} sentence what is missing, and what to do
 */
export function giveUp(name, sentence) {
    console.log(`${name}: ${sentence}`);
    process.exit(1);
}
