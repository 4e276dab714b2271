// Holds the package's metadata to Salesforce's published schema, and what refers to something to
// what there is: what a deployment to an org would refuse, found without one.
//
// node tools/metadata/check.mjs   in the package's folder

import { readFileSync } from 'node:fs';
import { Report } from '../reporting.mjs';
import { everything, readDocument } from './documents.mjs';
import { definedFiles, holdCompanions } from './files.mjs';
import { Inventory } from './inventory.mjs';
import { holdComponents } from './rules/components.mjs';
import { holdCredentials } from './rules/credentials.mjs';
import { holdLabels } from './rules/labels.mjs';
import { holdObjects } from './rules/objects.mjs';
import { holdPages } from './rules/pages.mjs';
import { holdPermissions } from './rules/permissions.mjs';
import { holdToSchema } from './schema.mjs';

const report = new Report('metadata');
const tell = (file, line, message) => report.add(file, line, message);

const defined = definedFiles();
const roots = new Map();
let elements = 0;
for (const { file, type } of defined) {
    const { root, problem, line } = readDocument(file);
    if (root) {
        roots.set(file, root);
        if (type) elements += holdToSchema(root, type, (at, message) => tell(file, at, message));
    } else {
        tell(file, line, `is no well-formed XML: ${problem}`);
    }
}
holdVersions();
holdCompanions(defined, tell);

const inventory = new Inventory(defined, roots);
const grants = holdPermissions(inventory, tell);
const others =
    holdCredentials(inventory, tell) + holdObjects(inventory, tell) + holdPages(inventory, tell);
const components = holdComponents(inventory, tell);
const labels = holdLabels(inventory, tell);
report.finish(
    `${defined.length} files with ${elements} elements by the schema; ${grants} grants, ` +
        `${components} components, ${labels} labels and ${others} other things by what they name`
);

/** One version of the platform for everything: its rules depend on it. */
function holdVersions() {
    const { sourceApiVersion } = JSON.parse(readFileSync('sfdx-project.json', 'utf8'));
    for (const [file, root] of roots) {
        for (const { name, text, line } of everything(root)) {
            if (name === 'apiVersion' && text !== sourceApiVersion) {
                tell(
                    file,
                    line,
                    `is of version ${text}, the package of ${sourceApiVersion} (sfdx-project.json). Make them one.`
                );
            }
        }
    }
}
