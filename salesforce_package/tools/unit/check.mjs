// Runs the components' tests with jest, and says one line if all is well. A test that is left out,
// and a script that the tests hardly run, are errors too; see reporter.cjs.
//
// node tools/unit/check.mjs   in the package's folder

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const jest = join(
    createRequire(
        createRequire(import.meta.url).resolve('@salesforce/sfdx-lwc-jest/package.json')
    ).resolve('jest/package.json'),
    '../bin/jest.js'
);
const { status } = spawnSync(
    process.execPath,
    [
        jest,
        '--ci',
        '--coverage',
        '--coverageReporters=none', // ours says what matters
        // LWC's compiler does not tell jest's cache which scripts were made to be counted.
        '--cacheDirectory=.cache/jest',
        `--reporters=${join(import.meta.dirname, 'reporter.cjs')}`
    ],
    { stdio: 'inherit' }
);
process.exit(status ?? 1);
