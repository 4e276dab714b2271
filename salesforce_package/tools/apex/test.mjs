#!/usr/bin/env node
/**
 * Runs the package's Apex tests:
 * `node tools/apex/test.mjs [Class_Tests[.method]] [--root <folder>] [--quiet]`.
 *
 * --quiet says of what is well a line a class; what fails is told in full in any case.
 *
 * Ends with 1 when a test fails, when there are none, when a class cannot be loaded, and, of a run
 * of all tests, when less than 90 % of a class has run.
 */
import { fileURLToPath } from 'node:url';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LoadErrors, load } from './compile/program.mjs';
import { findTests, runTest } from './testing.mjs';

const LEAST_PERCENT = 90;
const HERE = dirname(fileURLToPath(import.meta.url));

const { values, positionals } = parseArgs({
    options: { root: { type: 'string' }, quiet: { type: 'boolean', default: false } },
    allowPositionals: true
});

function say(text) {
    process.stdout.write(`${text}\n`);
}

function indented(text) {
    return text.replace(/^/gm, '        ');
}

function ranges(lines) {
    const runs = [];
    for (const line of lines) {
        const last = runs.at(-1);
        if (last && last[1] === line - 1) {
            last[1] = line;
        } else {
            runs.push([line, line]);
        }
    }
    return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

/** @returns {boolean} whether every class has been run far enough */
function sayCoverage(program) {
    if (!values.quiet) {
        say('\nCoverage, by lines with statements');
    }
    let isEnough = true;
    for (const { name, lines, covered, missed } of program.coverage()) {
        const percent = Math.floor((100 * covered) / lines);
        const isLow = percent < LEAST_PERCENT;
        isEnough &&= !isLow;
        const where = missed.length ? `  not run: ${ranges(missed)}` : '';
        if (values.quiet && !isLow) {
            continue;
        }
        say(`  ${isLow ? 'LOW' : 'ok '} ${String(percent).padStart(3)} %  ${name}${where}`);
    }
    return isEnough;
}

/** @returns {Promise<object[]>} of each test its name and failure, which has been told */
async function runAll(program, filter) {
    const results = [];
    for (const test of findTests(program, filter)) {
        const { name, ms, failure } = await runTest(program, test);
        results.push({ name, failure });
        if (failure || !values.quiet) {
            say(`${failure ? 'FAIL' : 'ok  '} ${name} (${ms.toFixed(1)} ms)`);
        }
        if (failure) {
            say(indented(failure));
        }
    }
    return results;
}

function sayClasses(results) {
    for (const [name, own] of Map.groupBy(results, (each) => each.name.split('.')[0])) {
        const failed = own.filter((each) => each.failure).length;
        say(`${failed ? 'FAIL' : 'ok  '} ${name}: ${own.length} tests, ${failed} failed`);
    }
}

async function main() {
    const root = resolve(values.root ?? join(HERE, '../../force-app/main/default'));
    const [filter = null] = positionals;
    const started = performance.now();
    const program = load(root);
    const results = await runAll(program, filter);
    if (values.quiet) {
        sayClasses(results);
    }
    const count = results.length;
    const failures = results.filter((each) => each.failure).length;
    const isEnough = filter || count === 0 ? true : sayCoverage(program);
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    say(`${values.quiet ? '' : '\n'}${count} tests, ${failures} failed, ${seconds} s`);
    if (count === 0) {
        say(filter ? `There is no test ${filter}.` : 'There are no tests.');
    }
    if (!isEnough) {
        say(`At least ${LEAST_PERCENT} % of every class must run.`);
    }
    return count > 0 && failures === 0 && isEnough;
}

try {
    process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
    if (!(error instanceof LoadErrors)) {
        throw error;
    }
    say('These classes cannot be loaded:');
    say(indented(error.message));
    process.exitCode = 1;
}
