// Would the package's Apex compile in an org, and keep its promises there? First the type check, on
// Java; beside it our own rules for what that one does not look at.
//
// node tools/apex-check/check.mjs   in the package's folder

import { globSync } from 'node:fs';
import { readDocument } from '../metadata/documents.mjs';
import { definedFiles } from '../metadata/files.mjs';
import { Inventory } from '../metadata/inventory.mjs';
import { findJava } from '../java.mjs';
import { Report, giveUp } from '../reporting.mjs';
import { Model } from './model.mjs';
import { holdAccess } from './rules/access.mjs';
import { holdAnnotations } from './rules/annotations.mjs';
import { holdNames } from './rules/names.mjs';
import { holdQueries } from './rules/queries.mjs';
import { typeErrors } from './types.mjs';

const NAME = 'Apex check';

const java = findJava();
if (java.problem) giveUp(NAME, java.problem);

const report = new Report(NAME);
const tell = (file, line, message) => report.add(file, line, message);
const checking = typeErrors(java.command, process.cwd());

const files = globSync('force-app/**/*.cls').sort();
const model = new Model();
for (const file of files) {
    for (const { line, message } of model.read(file)) {
        tell(file, line, `cannot be read: ${message}`);
    }
}
const inventory = packageInventory();
const queries = holdQueries(model, inventory, tell);
const annotated = holdAnnotations(model, inventory, tell);
const uses = holdAccess(model, inventory, tell);
const names = holdNames(model, tell);

for (const { file, line, message } of await checking) tell(file, line, message);
report.finish(
    `the types of ${files.length} classes, ${java.said}; by our own rules ${queries} queries, ` +
        `${annotated} annotated members, ${uses} uses of members and ${names} names`
);

/** What is readable of the package; the metadata check speaks of the rest. */
function packageInventory() {
    const defined = definedFiles();
    const roots = new Map();
    for (const { file } of defined) {
        const { root } = readDocument(file);
        if (root) roots.set(file, root);
    }
    return new Inventory(defined, roots);
}
