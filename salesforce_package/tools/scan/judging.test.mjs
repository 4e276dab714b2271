import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXPLAINED, judged } from './judging.mjs';

const FILE = 'force-app/main/default/classes/Desk.cls';
const NOTHING = { rules: {}, findings: [] };

function found(changes = {}) {
    const message = 'is  not\n safe';
    return { engine: 'pmd', rule: 'Danger', severity: 2, file: FILE, line: 7, message, ...changes };
}

/** What is said of a scan by both engines that finds this. */
function saidOf(violations, explained = {}, rules = 1) {
    const scans = [
        { engine: 'pmd', rules: 1, violations },
        { engine: 'sfge', rules, violations: [] }
    ];
    return judged(scans, { ...NOTHING, ...explained }).map(
        ({ file, line, message }) => `${file}:${line}: ${message}`
    );
}

describe('a scan', () => {
    test('that finds nothing is well', () => assert.deepEqual(saidOf([]), []));
    test('names what it finds in one line', () => {
        const words = `${FILE}:7: Danger (pmd, severity 2): is not safe`;
        assert.deepEqual(saidOf([found()]), [words]);
    });
    for (const [severity, count] of [
        [1, 1],
        [3, 1],
        [4, 0],
        [5, 0]
    ]) {
        test(`names ${count} of severity ${severity}`, () =>
            assert.equal(saidOf([found({ severity })]).length, count));
    }
    test('by no rule of an engine is an error', () => {
        const words = 'selects no rule of sfge, so nothing was proved. Correct RULES.';
        assert.deepEqual(saidOf([], {}, 0), [`tools/scan/check.mjs:0: ${words}`]);
    });
});

describe('a reason', () => {
    const rule = { rules: { pmd: { Danger: 'None here.' } } };
    const finding = { findings: [{ rule: 'Danger', file: FILE, reason: 'None here.' }] };
    const OTHER = 'force-app/main/default/classes/Other.cls';

    test('for a rule explains it everywhere', () =>
        assert.deepEqual(saidOf([found(), found({ file: OTHER })], rule), []));
    test('for a finding explains it in its file alone', () =>
        assert.deepEqual(saidOf([found(), found({ file: OTHER })], finding), [
            `${OTHER}:7: Danger (pmd, severity 2): is not safe`
        ]));
    test('for a rule of another engine explains nothing', () =>
        assert.equal(saidOf([found({ engine: 'sfge' })], rule).length, 2));
    for (const [what, explained, where] of [
        ['a rule', rule, ''],
        ['a finding', finding, ` in ${FILE}`]
    ]) {
        const words = `${EXPLAINED}:0: explains Danger${where}, which is not found. Remove the reason.`;
        test(`for ${what} that is not found is an error, also when its file is gone`, () =>
            assert.deepEqual(saidOf([], explained), [words]));
        test(`for ${what} that is found, but is none by its severity, is an error`, () =>
            assert.deepEqual(saidOf([found({ severity: 4 })], explained), [words]));
    }
});
