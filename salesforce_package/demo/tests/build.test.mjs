import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundle } from '../lib/bundle.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const BUILD = path.join(ROOT, 'demo', 'build.mjs');
const ENTRY = path.join(ROOT, 'demo', 'page', 'main.js');

let work;

before(() => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'build-'));
    fs.writeFileSync(path.join(work, 'package.json'), '{}');
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(work, 'node_modules'));
});

after(() => fs.rmSync(work, { recursive: true, force: true }));

/** A copy of the small package. */
function copied(name) {
    const folder = path.join(work, name);
    fs.cpSync(path.join(HERE, 'package'), folder, { recursive: true });
    return folder;
}

/** Replaces one text of one file. */
function change(folder, file, from, to) {
    const target = path.join(folder, file);
    const text = fs.readFileSync(target, 'utf8');
    assert.ok(text.includes(from), `${file} has no ${from}`);
    fs.writeFileSync(target, text.replaceAll(from, to));
}

/** Builds in a process of its own, as the demo does. */
function build(packageDir) {
    const out = `${packageDir}-out`;
    const argv = [BUILD, '--package', packageDir, '--out', out];
    return new Promise((resolve) => {
        execFile(process.execPath, argv, (error, stdout, stderr) =>
            resolve({ status: error ? error.code : 0, stdout, stderr, out })
        );
    });
}

const REFUSED = [
    [
        'an unknown label',
        'lwc/bookings/bookings.js',
        'c.Booking_Title',
        'c.Nobody_Wrote_This',
        /lwc\/bookings\/bookings\.js.*c\.Nobody_Wrote_This: no custom label/
    ],
    [
        'an unknown module of the platform',
        'lwc/bookings/bookings.js',
        'lightning/platformShowToastEvent',
        'lightning/nothingLikeIt',
        /lwc\/bookings\/bookings\.js.*lightning\/nothingLikeIt is imported/
    ],
    [
        'an unknown setting of the platform',
        'lwc/bookings/bookings.js',
        '@salesforce/i18n/timeZone',
        '@salesforce/i18n/moonPhase',
        /lwc\/bookings\/bookings\.js.*moonPhase/
    ],
    [
        'an unknown Apex class',
        'lwc/bookings/bookings.js',
        'SmallController.ask',
        'LargeController.ask',
        /lwc\/bookings\/bookings\.js.*there is no class LargeController/
    ],
    [
        'an unknown Apex method',
        'lwc/bookings/bookings.js',
        'SmallController.ask',
        'SmallController.tell',
        /lwc\/bookings\/bookings\.js.*no @AuraEnabled method tell/
    ],
    [
        'an Apex method that is not @AuraEnabled',
        'classes/SmallController.cls',
        '@AuraEnabled',
        '@TestVisible',
        /lwc\/bookings\/bookings\.js.*no @AuraEnabled method ask/
    ],
    [
        'an unknown component in a template',
        'lwc/bookings/bookings.html',
        'lightning-card',
        'lightning-nothing-like-it',
        /lwc\/bookings\/bookings\.html.*lightning\/nothingLikeIt is imported/
    ]
];

// Side by side: each build keeps one processor busy for seconds.
describe('the page of a package', { concurrency: true }, () => {
    test('a package that keeps to the platform builds, and is built again only when it changes', async () => {
        const folder = copied('good');

        const first = await build(folder);
        assert.equal(first.status, 0, first.stderr);
        assert.equal(first.stdout.trim().split('\n').at(-1), first.out);
        const script = fs.readFileSync(path.join(first.out, 'page.js'), 'utf8');
        assert.ok(script.includes('Bookings & more'));
        assert.ok(fs.statSync(path.join(first.out, 'slds.css')).size > 100_000);
        const { ownShare } = JSON.parse(
            fs.readFileSync(path.join(first.out, 'manifest.json'), 'utf8')
        );
        assert.ok(ownShare > 0 && ownShare < 0.05, `${ownShare} of a small package's script`);
        assert.match((await build(folder)).stdout, /Nothing has changed/);

        // Icons are kept only when something names them.
        assert.ok(!script.includes('standard_apps'));
        change(folder, 'lwc/bookings/bookings.html', 'standard:event', 'standard:apps');
        assert.match((await build(folder)).stdout, /Built in/);
        const changed = fs.readFileSync(path.join(first.out, 'page.js'), 'utf8');
        assert.ok(changed.includes('standard_apps'));
    });

    test('a package that does not keep to it fails the build, and leaves nothing', async () => {
        const folder = copied('refused');
        change(folder, 'lwc/bookings/bookings.html', '</lightning-card>', '');

        const done = await build(folder);

        assert.equal(done.status, 1, done.stdout);
        assert.match(done.stderr, /^The components do not build\.\nlwc\/bookings\/bookings\.html/);
        assert.ok(!fs.existsSync(done.out));
    });

    describe('the build is refused, naming the component, for', () => {
        const bundled = (packageDir, cache) =>
            bundle({ entry: ENTRY, file: path.join(work, 'page.js'), packageDir, cache });
        let carried;

        // What is always the same, once.
        before(async () => {
            const { cache } = await bundled(copied('sound'));
            const modules = cache.modules.filter(({ id }) => id.includes('/node_modules/'));
            carried = { ...cache, modules };
        });

        for (const [number, [what, file, from, to, words]] of REFUSED.entries()) {
            test(what, async () => {
                const folder = copied(`refused-${number}`);
                change(folder, file, from, to);

                await assert.rejects(bundled(folder, carried), words);
            });
        }
    });
});
