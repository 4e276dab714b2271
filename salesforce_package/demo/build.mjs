#!/usr/bin/env node
/**
 * Builds what the sandbox's record page loads: the package's component folders as they are, and the
 * design system's style sheet. The last line of the output is the folder that holds it.
 *
 *     node demo/build.mjs [--out DIR] [--package DIR] [--production]
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { BundleError, PACKAGE_DIR, ROOT, bundle } from './lib/bundle.mjs';
import { removeOld, stateOf, whole } from './lib/output.mjs';

const STYLE_SHEET = path.join(
    ROOT,
    'node_modules/@salesforce-ux/design-system/assets/styles',
    'salesforce-lightning-design-system.min.css'
);

async function main() {
    const { values } = parseArgs({
        options: {
            out: { type: 'string' },
            package: { type: 'string', default: PACKAGE_DIR },
            production: { type: 'boolean', default: false }
        }
    });
    const packageDir = path.resolve(values.package);
    const isProduction = values.production;
    const state = stateOf(
        [
            path.join(packageDir, 'lwc'),
            path.join(packageDir, 'labels'),
            path.join(packageDir, 'classes'),
            path.join(ROOT, 'demo'),
            path.join(ROOT, 'package-lock.json')
        ],
        String(isProduction)
    );
    const parent = path.join(path.dirname(ROOT), '.local', 'lightning');
    const folder = values.out ? path.resolve(values.out) : path.join(parent, state);
    if (builtState(folder) === state) {
        console.log('Nothing has changed since the last build.');
    } else {
        await whole(folder, (unfinished) => build(unfinished, { packageDir, isProduction, state }));
        if (!values.out) {
            removeOld(parent);
        }
    }
    console.log(folder);
}

function builtState(folder) {
    const manifest = path.join(folder, 'manifest.json');
    return fs.existsSync(manifest)
        ? JSON.parse(fs.readFileSync(manifest, 'utf8')).state
        : undefined;
}

async function build(folder, { packageDir, isProduction, state }) {
    const began = performance.now();
    const entry = path.join(ROOT, 'demo', 'page', 'main.js');
    const script = path.join(folder, 'page.js');
    const { warnings, ownShare } = await bundle({ entry, file: script, packageDir, isProduction });
    for (const warning of warnings) {
        console.error(`warning: ${warning}`);
    }
    // The images it names are those of parts that the page does not have.
    fs.copyFileSync(STYLE_SHEET, path.join(folder, 'slds.css'));
    const sizes = Object.fromEntries(['page.js', 'slds.css'].map((name) => sizeOf(folder, name)));
    fs.writeFileSync(
        path.join(folder, 'manifest.json'),
        `${JSON.stringify({ state, isProduction, sizes, ownShare }, null, 4)}\n`
    );
    for (const [name, { bytes, gzip }] of Object.entries(sizes)) {
        console.log(`${name}: ${kilobytes(bytes)} (${kilobytes(gzip)} compressed)`);
    }
    console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
}

function sizeOf(folder, name) {
    const data = fs.readFileSync(path.join(folder, name));
    return [name, { bytes: data.length, gzip: gzipSync(data).length }];
}

function kilobytes(bytes) {
    return `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
}

try {
    await main();
} catch (error) {
    if (!(error instanceof BundleError)) {
        throw error;
    }
    console.error(`The components do not build.\n${error.message}`);
    process.exitCode = 1;
}
