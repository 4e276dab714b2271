// ESLint over components, their tests, the tools and the page outside of Salesforce, as
// eslint.config.mjs says. A warning is an error: nobody reads warnings. Of the components' style
// sheets, that no colour is fixed in them; see colours.mjs.
//
//   node tools/lint/check.mjs            looks
//   node tools/lint/check.mjs --fix      repairs what can be repaired

import { globSync, readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
import { Report } from '../reporting.mjs';
import { fixedColours } from './colours.mjs';

const fix = process.argv.includes('--fix');
const report = new Report('lint');
const eslint = new ESLint({
    fix,
    cache: !fix,
    cacheStrategy: 'content',
    cacheLocation: '.cache/eslint'
});
const results = await eslint.lintFiles(['.']);
if (fix) await ESLint.outputFixes(results);
for (const { filePath, messages } of results) {
    for (const { line, message, ruleId } of messages) {
        report.add(filePath, line ?? 0, `${message} (${ruleId ?? 'cannot be read'})`);
    }
}
const sheets = globSync('force-app/**/*.css');
for (const sheet of sheets) {
    for (const { line, colour } of fixedColours(readFileSync(sheet, 'utf8'))) {
        report.add(
            sheet,
            line,
            `fixes the colour ${colour}. Write var(--slds-g-…, ${colour}), with a hook that fits.`
        );
    }
}
report.finish(`${results.length} scripts and ${sheets.length} style sheets`);
