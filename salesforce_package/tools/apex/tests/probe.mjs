/**
 * Runs snippets of Apex for the tests here.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LoadErrors, load } from '../compile/program.mjs';
import { findTests, runTest } from '../testing.mjs';

const OBJECT = `<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Visit</label>
    <nameField><displayFormat>V-{0000}</displayFormat><type>AutoNumber</type></nameField>
</CustomObject>`;

const field = (name, type, more = '') => `<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>${name}</fullName><type>${type}</type>${more}
</CustomField>`;

const LABELS = `<?xml version="1.0" encoding="UTF-8"?>
<CustomLabels xmlns="http://soap.sforce.com/2006/04/metadata">
    <labels><fullName>Greeting</fullName><value>Hello &amp; welcome</value></labels>
</CustomLabels>`;

/** An org with one object of its own, Visit__c, and one label, Greeting. */
export const VISITS = {
    'objects/Visit__c/Visit__c.object-meta.xml': OBJECT,
    'objects/Visit__c/fields/Key__c.field-meta.xml': field(
        'Key__c',
        'Text',
        '<length>10</length><unique>true</unique><externalId>true</externalId>'
    ),
    'objects/Visit__c/fields/Start__c.field-meta.xml': field('Start__c', 'DateTime'),
    'objects/Visit__c/fields/Place__c.field-meta.xml': field(
        'Place__c',
        'Text',
        '<length>40</length><required>true</required>'
    ),
    'objects/Visit__c/fields/Size__c.field-meta.xml': field(
        'Size__c',
        'Number',
        '<precision>8</precision><scale>1</scale>'
    ),
    'objects/Visit__c/fields/Lead__c.field-meta.xml': field(
        'Lead__c',
        'Lookup',
        '<referenceTo>Lead</referenceTo>'
    ),
    'labels/CustomLabels.labels-meta.xml': LABELS
};

/**
 * @param {Object<string, string>} files by path below force-app/main/default
 * @param {Function} use gets the folder, which is gone afterwards
 * @returns {Promise<*>} what `use` gave
 */
export async function inFolder(files, use) {
    const root = mkdtempSync(join(tmpdir(), 'apex-'));
    try {
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(join(root, path)), { recursive: true });
            writeFileSync(join(root, path), text);
        }
        return await use(root);
    } finally {
        rmSync(root, { recursive: true });
    }
}

function classFiles(classes) {
    return Object.fromEntries(
        classes.map((source) => {
            const [, name] = /\b(?:class|interface|enum)\s+(\w+)/i.exec(source);
            return [`classes/${name}.cls`, source];
        })
    );
}

/** @returns {Promise<object>} a program of these classes in the org with visits */
export function programOf(...classes) {
    return inFolder({ ...VISITS, ...classFiles(classes) }, (root) => load(root));
}

/** @returns {Promise<string|null>} how a test with this body fails, null if it passes */
export async function failureOf(body, ...classes) {
    const probe = `@IsTest private class Probe_Tests {\n${''}@IsTest static void probe() {\n${body}\n}\n}`;
    const program = await programOf(probe, ...classes);
    const [test] = findTests(program, 'Probe_Tests');
    return (await runTest(program, test)).failure;
}

/** Asserts that a test with this body passes. */
export async function passes(body, ...classes) {
    assert.equal(await failureOf(body, ...classes), null);
}

/** Asserts that a test with this body fails, with these words. */
export async function fails(words, body, ...classes) {
    assert.match((await failureOf(body, ...classes)) ?? 'it passes', words);
}

/** Asserts that a test with this body, or these classes, cannot be loaded. */
export async function isRefused(words, body, ...classes) {
    await assert.rejects(
        () => failureOf(body, ...classes),
        (error) => error instanceof LoadErrors && words.test(error.message)
    );
}

/** Asserts that an Apex expression has this value. */
export async function equals(expected, expression, ...classes) {
    await passes(`Assert.areEqual(${expected}, ${expression});`, ...classes);
}

/** Asserts that statements throw an exception of this type, which Apex can catch. */
export async function throws(type, words, body, ...classes) {
    const caught = `Exception met; try { ${body} } catch (${type} error) { met = error; }
        Assert.isNotNull(met, 'nothing was thrown');
        Assert.isTrue(met.getMessage().contains('${words}'), met.getMessage());`;
    await passes(caught, ...classes);
}
