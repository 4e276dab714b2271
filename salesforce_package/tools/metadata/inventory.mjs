// What the package defines, by kind and name, and what it may refer to beyond that: the standard
// objects. The rules ask here whether a name exists.

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { standardObject } from '../platform/standard-objects.mjs';
import { all, one, textOf } from './documents.mjs';
import { bundleFolders } from './files.mjs';

/** Standard objects that the published types of version 65 leave out. */
const ALSO_STANDARD = new Set(['userexternalcredential', 'activity']);
/** Fields that every custom object has. */
const ON_EVERY_OBJECT = [
    'Id',
    'Name',
    'OwnerId',
    'CreatedById',
    'CreatedDate',
    'LastModifiedById',
    'LastModifiedDate',
    'SystemModstamp',
    'IsDeleted',
    'LastViewedDate',
    'LastReferencedDate',
    'LastActivityDate',
    'RecordTypeId',
    'CurrencyIsoCode'
];
/** Objects that Activity's fields are fields of. */
const ACTIVITIES = new Set(['event', 'task']);

/** A custom field's type → what it is in Apex. */
const APEX_TYPES = {
    Checkbox: 'Boolean',
    Currency: 'Decimal',
    Date: 'Date',
    DateTime: 'Datetime',
    Email: 'String',
    Html: 'String',
    LongTextArea: 'String',
    Lookup: 'Id',
    MasterDetail: 'Id',
    MultiselectPicklist: 'String',
    Number: 'Decimal',
    Percent: 'Decimal',
    Phone: 'String',
    Picklist: 'String',
    Text: 'String',
    TextArea: 'String',
    Time: 'Time',
    Url: 'String'
};

/** The package, read once. */
export class Inventory {
    #documents = new Map();
    #bundles;
    #classes;
    #labels;

    /**
     * @param {import('./files.mjs').Defined[]} defined
     * @param {Map<string, import('./documents.mjs').Element>} roots by file; without the unreadable
     */
    constructor(defined, roots) {
        this.defined = defined;
        for (const one_ of defined) {
            if (!roots.has(one_.file)) continue;
            const kept = { ...one_, root: roots.get(one_.file) };
            if (!this.#documents.has(one_.type)) this.#documents.set(one_.type, []);
            this.#documents.get(one_.type).push(kept);
        }
    }

    /** @returns {(import('./files.mjs').Defined & {root: object})[]} all of a type */
    of(type) {
        return this.#documents.get(type) ?? [];
    }

    /** @returns the one of that type and name, if the package has it */
    named(type, name) {
        return this.of(type).find((one_) => one_.name === name);
    }

    hasObject(name) {
        return (
            this.named('CustomObject', name) !== undefined ||
            ALSO_STANDARD.has(name.toLowerCase()) ||
            (!name.endsWith('__c') && standardObject(name) !== undefined)
        );
    }

    /**
     * @param {string} object
     * @param {string} field its API name
     * @returns {{custom?: object} | undefined} the field; with its document if it is ours
     */
    field(object, field) {
        const own = this.of('CustomField').find(
            (one_) =>
                one_.name === field &&
                (one_.object === object ||
                    (one_.object === 'Activity' && ACTIVITIES.has(object.toLowerCase())))
        );
        if (own) return { custom: own };
        if (field.endsWith('__c')) return undefined;
        if (object.endsWith('__c')) return ON_EVERY_OBJECT.includes(field) ? {} : undefined;
        return standardObject(object)?.fields.has(field.toLowerCase()) ? {} : undefined;
    }

    /** @returns {string | undefined} the Apex type of a field's value, where it is known */
    fieldType(object, field) {
        const custom = this.field(object, field)?.custom;
        if (custom) return APEX_TYPES[textOf(custom.root, 'type')];
        return standardObject(object)?.fields.get(field.toLowerCase())?.type;
    }

    /** @returns {string | undefined} the object that a relationship leads to: Owner, Lead__r */
    related(object, relationship) {
        if (/__r$/i.test(relationship)) {
            const custom = this.field(object, relationship.replace(/r$/i, 'c'))?.custom;
            return custom && textOf(custom.root, 'referenceTo');
        }
        const standard = ON_EVERY_OBJECT.includes(`${relationship}Id`) ? 'User' : undefined;
        const found = standardObject(object)?.fields.get(relationship.toLowerCase())?.type;
        return found ?? (object.endsWith('__c') ? standard : undefined);
    }

    /** Components by name: what they offer and what they name. */
    get bundles() {
        this.#bundles ??= new Map(
            bundleFolders().map((folder) => [basename(folder), this.#readBundle(folder)])
        );
        return this.#bundles;
    }

    #readBundle(folder) {
        const name = basename(folder);
        const described = this.of('LightningComponentBundle').find(
            ({ file }) => dirname(file) === folder && basename(file) === `${name}.js-meta.xml`
        );
        const scripts = globSync(join(folder, '*.js')).map(readText);
        return {
            name,
            folder,
            described,
            scripts,
            templates: globSync(join(folder, '*.html')).map(readText),
            main: scripts.find(({ file }) => basename(file) === `${name}.js`),
            targets: described ? targetsOf(described.root) : [],
            isExposed: described ? textOf(described.root, 'isExposed') === 'true' : false
        };
    }

    /** Custom labels: name → where and what. */
    get labels() {
        this.#labels ??= new Map(
            this.of('CustomLabels').flatMap(({ file, root }) =>
                all(root, 'labels').map((label) => [
                    textOf(label, 'fullName'),
                    { file, line: label.line, value: textOf(label, 'value') }
                ])
            )
        );
        return this.#labels;
    }

    /** Apex files with their text. */
    get classes() {
        this.#classes ??= globSync('force-app/**/*.cls').map((file) => ({
            name: basename(file, '.cls'),
            ...readText(file)
        }));
        return this.#classes;
    }
}

function readText(file) {
    return { file, text: readFileSync(file, 'utf8') };
}

function targetsOf(root) {
    const targets = one(root, 'targets');
    return targets ? all(targets, 'target').map(({ text }) => text) : [];
}

/**
 * What a page may set on a component.
 *
 * @param {object} bundle
 * @param {string} target such as lightning__RecordPage
 * @returns {import('./documents.mjs').Element[]} the <property> elements for that target
 */
export function designProperties(bundle, target) {
    const configs = bundle.described && one(bundle.described.root, 'targetConfigs');
    if (!configs) return [];
    return all(configs, 'targetConfig')
        .filter(({ attributes }) =>
            (attributes.targets ?? '')
                .split(',')
                .map((t) => t.trim())
                .includes(target)
        )
        .flatMap((config) => all(config, 'property'));
}

/** @returns {number} the line of a text's character */
export function lineOf(text, index) {
    let line = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
        line++;
    }
    return line;
}
