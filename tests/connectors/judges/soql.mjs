// Reads a list of statements and says which of them are no SOQL, by a grammar that nobody here wrote:
// [{ "place": 3, "why": "…" }]. The package stands with those of the Salesforce package.

import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(
    new URL('../../../salesforce_package/package.json', import.meta.url)
);
const { parseQuery } = require('@jetstreamapp/soql-parser-js');

const refused = [];
for (const [place, statement] of JSON.parse(await text(process.stdin)).entries()) {
    try {
        parseQuery(statement);
    } catch (error) {
        refused.push({ place, why: String(error.message).split('\n')[0] });
    }
}
process.stdout.write(JSON.stringify(refused));
