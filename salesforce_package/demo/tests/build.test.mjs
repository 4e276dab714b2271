import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const BUILD = path.join(ROOT, 'demo', 'build.mjs');

let work;

before(() => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'build-'));
    fs.writeFileSync(path.join(work, 'package.json'), '{}');
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(work, 'node_modules'));
});

after(() => fs.rmSync(work, { recursive: true, force: true }));

/** A copy of the small package with one text of one file replaced. */
function changed(name, file, from, to) {
    const folder = path.join(work, name);
    fs.cpSync(path.join(HERE, 'package'), folder, { recursive: true });
    const target = path.join(folder, file);
    const text = fs.readFileSync(target, 'utf8');
    assert.ok(text.includes(from), `${file} has no ${from}`);
    fs.writeFileSync(target, text.replaceAll(from, to));
    return folder;
}

function build(packageDir) {
    const out = `${packageDir}-out`;
    const done = spawnSync(process.execPath, [BUILD, '--package', packageDir, '--out', out], {
        encoding: 'utf8'
    });
    return { ...done, out };
}

test('a package that keeps to the platform builds, and is not built again unless it changes', () => {
    const folder = changed(
        'good',
        'lwc/bookings/bookings.html',
        'slot="actions"',
        'slot="actions"'
    );

    const first = build(folder);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.stdout.trim().split('\n').at(-1), first.out);
    const script = fs.readFileSync(path.join(first.out, 'page.js'), 'utf8');
    assert.ok(script.includes('Bookings & more'));
    assert.ok(fs.statSync(path.join(first.out, 'slds.css')).size > 100_000);
    const { ownShare } = JSON.parse(fs.readFileSync(path.join(first.out, 'manifest.json'), 'utf8'));
    assert.ok(ownShare > 0 && ownShare < 0.05, `${ownShare} of a small package's script`);

    assert.match(build(folder).stdout, /Nothing has changed/);
    fs.appendFileSync(path.join(folder, 'labels/CustomLabels.labels-meta.xml'), '\n');
    assert.match(build(folder).stdout, /Built in/);
});

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
    ],
    [
        'a template that does not compile',
        'lwc/bookings/bookings.html',
        '</lightning-card>',
        '',
        /lwc\/bookings\/bookings\.html/
    ]
];

for (const [number, [what, file, from, to, words]] of REFUSED.entries()) {
    test(`${what} fails the build, which names the component`, () => {
        const done = build(changed(`refused-${number}`, file, from, to));

        assert.equal(done.status, 1, done.stdout);
        assert.match(done.stderr, words);
        assert.ok(!fs.existsSync(done.out));
    });
}

test('icons are kept only when something names them', () => {
    const folder = changed(
        'icons',
        'lwc/bookings/bookings.html',
        'standard:event',
        'standard:apps'
    );

    const { out } = build(folder);
    const script = fs.readFileSync(path.join(out, 'page.js'), 'utf8');

    assert.ok(script.includes('standard_apps'));
    assert.ok(!script.includes('standard_action_override'));
});
