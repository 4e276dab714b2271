// Runs the checks of the package, as many at a time as the machine has processors, and prints each
// one's words whole when it is done, so that they never mix.
//
//   node tools/check.mjs                 all of them
//   node tools/check.mjs format lint     these

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

// The slow ones first: the others fill up beside them.
const CHECKS = {
    tools: 'own-tests/check.mjs',
    scan: 'scan/check.mjs',
    unit: 'unit/check.mjs',
    lint: 'lint/check.mjs',
    format: 'format/check.mjs',
    apex: 'apex-check/check.mjs',
    'apex-tests': 'apex/test.mjs --quiet',
    metadata: 'metadata/check.mjs'
};

/** Resolves with the names of the checks that failed. */
async function runAll(names) {
    const waiting = [...names];
    const failed = [];
    const work = async () => {
        for (let name = waiting.shift(); name; name = waiting.shift()) {
            if (!(await passes(CHECKS[name]))) failed.push(name);
        }
    };
    const hands = Math.max(1, Math.min(availableParallelism(), waiting.length));
    await Promise.all(Array.from({ length: hands }, work));
    return failed;
}

function passes(script) {
    return new Promise((resolve) => {
        const [file, ...options] = script.split(' ');
        const argv = [join(import.meta.dirname, file), ...options];
        const child = spawn(process.execPath, argv, {
            stdio: ['ignore', 'pipe', 'pipe']
        });
        const said = [];
        child.stdout.on('data', (part) => said.push(part));
        child.stderr.on('data', (part) => said.push(part));
        child.on('error', (error) => said.push(`${script} could not be started: ${error}\n`));
        child.on('close', (status) => {
            process.stdout.write(Buffer.concat(said.map((part) => Buffer.from(part))));
            resolve(status === 0);
        });
    });
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !CHECKS[name]);
if (unknown.length) {
    console.log(`There is no check "${unknown[0]}". There are: ${Object.keys(CHECKS).join(', ')}`);
    process.exit(2);
}
const failed = await runAll(chosen.length ? chosen : Object.keys(CHECKS));
if (failed.length) {
    console.log(`Failed: ${failed.sort().join(', ')}. What each found stands above.`);
    process.exitCode = 1;
}
