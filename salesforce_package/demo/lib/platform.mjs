/**
 * What the Salesforce platform gives to a component's imports, given here: Apex methods, custom
 * labels, the running user's language and time zone, schema names. Whatever is not known fails the
 * build, as it fails a deployment.
 */
import fs from 'node:fs';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';

const PREFIX = '\0platform:';

/** Read from the page's configuration (the running user's row in Salesforce). */
const OF_THE_USER = {
    '@salesforce/user/Id': 'userId',
    '@salesforce/user/isGuest': 'isGuest',
    '@salesforce/client/formFactor': 'formFactor',
    '@salesforce/i18n/locale': 'locale',
    '@salesforce/i18n/lang': 'language',
    '@salesforce/i18n/dir': 'direction',
    '@salesforce/i18n/timeZone': 'timeZone',
    '@salesforce/i18n/currency': 'currency',
    '@salesforce/i18n/firstDayOfWeek': 'firstDayOfWeek'
};

/**
 * The rollup plugin that answers imports of `@salesforce/*`.
 *
 * @param {object} options
 * @param {string} options.packageDir the package's main/default folder
 * @param {string} options.runtime the module with `apexMethod`, `refreshApex`, `setting`
 * @param {string} options.baseComponents folder of lightning-base-components
 * @param {(id: string) => boolean} options.isOurs whether a module is the package's or the page's
 * @param {boolean} options.isDraft Apex that is not written yet is only warned about
 */
export function platform({ packageDir, runtime, baseComponents, isOurs, isDraft }) {
    const labels = readLabels(path.join(packageDir, 'labels'));
    return {
        name: 'platform',
        resolveId(importee, importer) {
            if (!importee.startsWith('@salesforce/')) {
                return null;
            }
            const ours = importer === undefined || isOurs(importer);
            if (!ours && !OF_THE_USER[importee]) {
                return null;
            }
            const made = moduleFor(importee, { packageDir, runtime, baseComponents, labels });
            const complaint = made.missingApex ?? made.error;
            if (complaint && isDraft && made.missingApex) {
                this.warn({ message: complaint, id: importer });
            } else if (complaint) {
                // Said here and not when it is loaded, because here it is known who imports it.
                this.error({ message: complaint, id: importer });
            }
            return PREFIX + importee;
        },
        load(id) {
            const name = id.slice(PREFIX.length);
            return id.startsWith(PREFIX)
                ? moduleFor(name, { packageDir, runtime, baseComponents, labels }).code
                : null;
        }
    };
}

function moduleFor(name, { packageDir, runtime, baseComponents, labels }) {
    const [, kind, ...rest] = name.split('/');
    const member = rest.join('/');
    if (OF_THE_USER[name]) {
        return setting(runtime, OF_THE_USER[name]);
    }
    switch (kind) {
        case 'apex':
            return member === ''
                ? {
                      code: `export { refreshApex, getSObjectValue } from ${JSON.stringify(runtime)};`
                  }
                : apex(member, { packageDir, runtime });
        case 'label':
            return label(member, labels);
        case 'schema':
            return { code: `export default ${JSON.stringify(schemaName(member))};` };
        case 'i18n':
            return fromBaseComponents(member, baseComponents);
        case 'customPermission':
        case 'userPermission':
            return {
                code:
                    `import { hasPermission } from ${JSON.stringify(runtime)};\n` +
                    `export default hasPermission(${JSON.stringify(member)});`
            };
        default:
            return { error: `${name}: this page knows no such module of the platform` };
    }
}

function setting(runtime, key) {
    return {
        code:
            `import { setting } from ${JSON.stringify(runtime)};\n` +
            `export default setting(${JSON.stringify(key)});`
    };
}

function apex(member, { packageDir, runtime }) {
    const [className, method] = member.split('.');
    const code =
        `import { apexMethod } from ${JSON.stringify(runtime)};\n` +
        `export default apexMethod(${JSON.stringify(className)}, ${JSON.stringify(method)});`;
    const file = path.join(packageDir, 'classes', `${className}.cls`);
    if (!fs.existsSync(file)) {
        return { code, missingApex: `@salesforce/apex/${member}: there is no class ${className}` };
    }
    const enabled = new RegExp(`@AuraEnabled[^;{]*?\\b${method}\\s*\\(`, 'i');
    if (!enabled.test(fs.readFileSync(file, 'utf8'))) {
        const words = `${className} has no @AuraEnabled method ${method}`;
        return { code, missingApex: `@salesforce/apex/${member}: ${words}` };
    }
    return { code };
}

function label(member, labels) {
    const name = member.startsWith('c.') ? member.slice(2) : undefined;
    if (name === undefined || !labels.has(name)) {
        return { error: `@salesforce/label/${member}: no custom label has this name` };
    }
    return { code: `export default ${JSON.stringify(labels.get(name))};` };
}

function schemaName(member) {
    const [objectApiName, ...path_] = member.split('.');
    return path_.length === 0
        ? { objectApiName }
        : { objectApiName, fieldApiName: path_.join('.') };
}

/** Formats of numbers and dates: American English, which the base components bring along. */
function fromBaseComponents(member, baseComponents) {
    const file = path.join(baseComponents, 'scopedImports', `@salesforce-i18n-${member}.js`);
    return fs.existsSync(file)
        ? { code: fs.readFileSync(file, 'utf8') }
        : { error: `@salesforce/i18n/${member}: the platform has no such setting` };
}

/**
 * Every custom label of the package, by its name.
 *
 * @param {string} folder
 * @returns {Map<string, string>}
 */
export function readLabels(folder) {
    const found = new Map();
    if (!fs.existsSync(folder)) {
        return found;
    }
    const parser = new XMLParser({
        isArray: (name) => name === 'labels',
        parseTagValue: false,
        trimValues: false
    });
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('-meta.xml'))) {
        const document = parser.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
        for (const each of document.CustomLabels?.labels ?? []) {
            found.set(each.fullName, each.value);
        }
    }
    return found;
}
