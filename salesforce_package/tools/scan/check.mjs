// Scans the Apex for what a security review looks for: PMD (patterns) and the Salesforce Graph
// Engine (data flow). Everything up to severity 3 is an error, unless tools/scan/explained.json says
// why a rule is none of ours, or why one finding is none; see judging.mjs. The components' scripts
// are ESLint's.
//
// node tools/scan/check.mjs   in the package's folder

import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Model } from '../apex-check/model.mjs';
import { findJava } from '../java.mjs';
import { Report, giveUp } from '../reporting.mjs';
import { EXPLAINED, judged } from './judging.mjs';

const NAME = 'Apex scan';
const RULES = {
    pmd: ['pmd:Security', 'pmd:ErrorProne', 'pmd:Performance', 'pmd:BestPractices'],
    sfge: ['sfge']
};

const require = createRequire(import.meta.url);
const { CodeAnalyzer, CodeAnalyzerConfig } = require('@salesforce/code-analyzer-core');

const java = findJava();
if (java.problem) giveUp(NAME, java.problem);

const explained = existsSync(EXPLAINED)
    ? JSON.parse(readFileSync(EXPLAINED, 'utf8'))
    : { rules: {}, findings: [] };
const classes = globSync('force-app/**/*.cls').sort();
const report = new Report(NAME);
const folder = mkdtempSync(join(tmpdir(), 'apex-scan-'));
try {
    const scans = await Promise.all([scan('pmd', classes), scan('sfge', withEntrances(classes))]);
    for (const { file, line, message } of judged(scans, explained)) {
        report.add(file, line, message);
    }
    const count = scans.reduce((sum, { rules }) => sum + rules, 0);
    report.finish(
        `${classes.length} classes by ${count} rules of PMD and the Graph Engine, ${java.said}`
    );
} finally {
    rmSync(folder, { recursive: true, force: true });
}

async function scan(engine, targets) {
    const analyzer = new CodeAnalyzer(
        CodeAnalyzerConfig.fromObject({
            log_folder: folder,
            root_working_folder: folder,
            engines: {
                pmd: { java_command: java.command, rule_languages: ['apex'] },
                cpd: { disable_engine: true },
                sfge: { java_command: java.command }
            }
        })
    );
    const { createEnginePlugin } = require(`@salesforce/code-analyzer-${engine}-engine`);
    await analyzer.addEnginePlugin(createEnginePlugin());
    const workspace = await analyzer.createWorkspace(classes, targets);
    const selection = await analyzer.selectRules(RULES[engine], { workspace });
    const results = await analyzer.run(selection, { workspace });
    return {
        engine,
        rules: selection.getCount(),
        violations: results.getViolations().map(plain)
    };
}

/**
 * Where data comes in from outside: there the Graph Engine begins. It would begin at every property
 * that a component reads, too, a quarter of a second each, though nothing flows on from one.
 */
function withEntrances(files) {
    const model = new Model();
    return files.filter((file) => {
        if (model.read(file).length) return true;
        const { type } = model.files.at(-1);
        return [type, ...type.inner.values()].some(({ members }) => members.some(isEntrance));
    });
}

function isEntrance({ kind, type, modifiers, annotations }) {
    const isCalled = [...annotations.keys()].some((name) => !/^(istest|test|suppress)/.test(name));
    return kind === 'method' && (isCalled || modifiers.has('global') || type === 'PageReference');
}

function plain(violation) {
    const rule = violation.getRule();
    const at = violation.getPrimaryLocation();
    return {
        engine: rule.getEngineName(),
        rule: rule.getName(),
        severity: rule.getSeverityLevel(),
        file: at.getFile() ? relative(process.cwd(), at.getFile()) : '',
        line: at.getStartLine() ?? 0,
        message: violation.getMessage()
    };
}
