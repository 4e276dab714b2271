// Is everything formatted as .prettierrc.json says? The Apex plugin also finds what does not parse.
//
//   node tools/format/check.mjs            looks
//   node tools/format/check.mjs --write    formats

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Report } from '../reporting.mjs';

const KINDS = '{cls,trigger,html,js,mjs,css,json,xml,eca,ecaOauth,ecaOauthPlcy}';
const PLACES = ['force-app', 'service-access', 'tools', 'demo', 'config', 'test', 'bin'];
const IGNORED = ['node_modules', 'dist', 'vendor', 'coverage'];

const cli = join(
    createRequire(import.meta.url).resolve('prettier/package.json'),
    '../bin/prettier.cjs'
);
const files = globSync([`*.${KINDS}`, '.prettierrc.json', `{${PLACES}}/**/*.${KINDS}`], {
    exclude: (name) => IGNORED.includes(name.split('/').at(-1)) || name === 'package-lock.json'
}).sort();

if (process.argv.includes('--write')) {
    const options = ['--write', '--log-level', 'warn', '--ignore-unknown'];
    const { status } = spawnSync(process.execPath, [cli, ...options, ...files], {
        stdio: 'inherit'
    });
    process.exit(status ?? 1);
}

const report = new Report('format');
const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
        cli,
        // Its findings are read below, and it paints them wherever CI or FORCE_COLOR is set.
        '--no-color',
        '--list-different',
        '--ignore-unknown',
        '--cache',
        '--cache-strategy=content',
        '--cache-location=.cache/format',
        ...files
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
);
for (const file of stdout.split('\n').filter(Boolean)) {
    report.add(file, 0, 'is not formatted. Run: make fmt');
}
// What does not parse cannot be formatted either: "[error] file: SyntaxError: … (line:column)".
for (const [, file, why, line] of stderr.matchAll(
    /^\[error\] ([^\s:]+): (.*?)(?: ?\((\d+):\d+\))?$/gm
)) {
    report.add(file, Number(line ?? 0), `cannot be read: ${why}. Correct it there.`);
}
if (status !== 0 && report.isClean) {
    report.add('.prettierrc.json', 0, `prettier stopped: ${stderr.trim()}`);
}
report.finish(`${files.length} files`);
