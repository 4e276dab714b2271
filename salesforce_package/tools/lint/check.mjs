// ESLint over components, their tests, the tools and the page outside of Salesforce, as
// eslint.config.mjs says. A warning is an error: nobody reads warnings.
//
//   node tools/lint/check.mjs            looks
//   node tools/lint/check.mjs --fix      repairs what can be repaired

import { ESLint } from 'eslint';
import { Report } from '../reporting.mjs';

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
report.finish(`${results.length} files`);
