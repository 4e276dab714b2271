// Before each test file: the accessibility matcher, and the package's own words, so that a test
// reads the text that a person reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { setup } from '@sa11y/jest';

setup();

const LABELS = join(process.cwd(), 'force-app/main/default/labels/CustomLabels.labels-meta.xml');

const { CustomLabels } = new XMLParser({
    isArray: (name) => name === 'labels',
    parseTagValue: false,
    trimValues: false
}).parse(readFileSync(LABELS, 'utf8'));

for (const { fullName, value } of CustomLabels.labels) {
    // doMock, because mock would be moved above what it needs.
    jest.doMock(`@salesforce/label/c.${fullName}`, () => ({ __esModule: true, default: value }), {
        virtual: true
    });
}

// jsdom does not know it yet; without it LWC warns at each element that is locked for a moment.
if (!('inert' in HTMLElement.prototype)) {
    Object.defineProperty(HTMLElement.prototype, 'inert', { value: false, writable: true });
}
