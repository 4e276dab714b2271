// Scans the Apex and the components' scripts for what a security review looks for: PMD (patterns)
// and the Salesforce Graph Engine (data flow). Everything up to severity 3 is an error, unless
// explained.json says why it is not one here.
//
// node tools/scan/check.mjs   in the package's folder

import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { findJava } from '../java.mjs';
import { Report, giveUp } from '../reporting.mjs';

const NAME = 'Apex scan';
const WORST_ALLOWED = 4; // 1 critical, 2 high, 3 moderate, 4 low, 5 information
const SELECTED = ['pmd:Security', 'pmd:ErrorProne', 'pmd:Performance', 'pmd:BestPractices', 'sfge'];
const EXPLAINED = join(import.meta.dirname, 'explained.json');

const require = createRequire(import.meta.url);
const { CodeAnalyzer, CodeAnalyzerConfig } = require('@salesforce/code-analyzer-core');

const java = findJava();
if (java.problem) giveUp(NAME, java.problem);

const { rules, findings: explained } = JSON.parse(readFileSync(EXPLAINED, 'utf8'));

async function scan(folder) {
    const analyzer = new CodeAnalyzer(
        CodeAnalyzerConfig.fromObject({
            log_folder: folder,
            root_working_folder: folder,
            rules: Object.fromEntries(
                Object.entries(rules).map(([engine, named]) => [
                    engine,
                    Object.fromEntries(
                        Object.keys(named).map((rule) => [rule, { disabled: true }])
                    )
                ])
            ),
            engines: {
                pmd: { java_command: java.command },
                cpd: { disable_engine: true },
                sfge: {
                    java_command: java.command,
                    java_thread_count: 2,
                    disable_limit_reached_violations: false
                }
            }
        })
    );
    for (const plugin of ['pmd', 'sfge']) {
        const { createEnginePlugin } = require(`@salesforce/code-analyzer-${plugin}-engine`);
        await analyzer.addEnginePlugin(createEnginePlugin());
    }
    const workspace = await analyzer.createWorkspace(['force-app']);
    const selection = await analyzer.selectRules(SELECTED, { workspace });
    const results = await analyzer.run(selection, { workspace });
    const files = await workspace.getTargetedFiles();
    return { results, files, count: selection.getCount() };
}

function isExplained(rule, file) {
    return explained.some((one) => one.rule === rule && one.file === file);
}

const report = new Report(NAME);
const folder = mkdtempSync(join(tmpdir(), 'apex-scan-'));
try {
    const { results, files, count } = await scan(folder);
    const used = new Set();
    for (const violation of results.getViolations()) {
        const rule = violation.getRule();
        const at = violation.getPrimaryLocation();
        const file = at.getFile() ? relative(process.cwd(), at.getFile()) : '';
        const message = violation.getMessage().replaceAll(/\s+/g, ' ').trim();
        if (isExplained(rule.getName(), file)) {
            used.add(`${rule.getName()} ${file}`);
        } else if (rule.getSeverityLevel() < WORST_ALLOWED) {
            report.add(
                file || 'force-app',
                at.getStartLine() ?? 0,
                `${rule.getName()} (${rule.getEngineName()}, severity ${rule.getSeverityLevel()}): ${message}`
            );
        }
    }
    for (const { rule, file } of explained) {
        if (!used.has(`${rule} ${file}`)) {
            report.add(
                EXPLAINED,
                0,
                `${rule} is explained for ${file}, but is not found there any more. Remove the explanation.`
            );
        }
    }
    const apex = files.filter((file) => file.endsWith('.cls')).length;
    report.finish(`${apex} classes by ${count} rules of PMD and the Graph Engine, ${java.said}`);
} finally {
    rmSync(folder, { recursive: true, force: true });
}
