// Runs the tests of the tools themselves and of the page outside of Salesforce.
//
// node tools/own-tests/check.mjs   in the package's folder

import { availableParallelism } from 'node:os';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { Report } from '../reporting.mjs';

const files = globSync(['tools/**/*.test.mjs', 'demo/**/*.test.mjs'], {
    exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name)
}).map((file) => resolve(file));

const report = new Report('tools');
let count = 0;
const tests = run({ files, concurrency: availableParallelism() });
tests.on('test:pass', () => count++);
tests.on('test:fail', ({ name, file, line, details }) => {
    count++;
    const why = details.error?.cause?.message ?? details.error?.message ?? '';
    // A suite fails because a test of it does, which is told by itself.
    if (details.error?.failureType !== 'subtestsFailed') {
        report.add(file ?? 'tools', line ?? 0, `${name}: ${why}`);
    }
});
tests.on('end', () => {
    if (files.length === 0) {
        report.add('tools', 0, 'has no tests, so nothing was proved. Add some.');
    }
    report.finish(`${count} tests in ${files.length} files`);
});
tests.resume();
