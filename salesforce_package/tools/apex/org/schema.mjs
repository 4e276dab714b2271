/**
 * Which objects and fields there are: the standard ones and those of force-app's metadata.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { Field } from './fields.mjs';
import { STANDARD } from './standard.mjs';

const parser = new XMLParser({ parseTagValue: false });
const LINE = /^(\w+) (\w+)(?:\((\d+)\))?([!-]*)(?: > (\w+))?$/;

/** One object. */
export class SObjectDefinition {
    constructor(name, { label, prefix }) {
        this.name = name;
        this.key = name.toLowerCase();
        this.label = label;
        this.prefix = prefix;
        this.fields = new Map();
        this.relationships = new Map();
        for (const [field, type, rules] of SYSTEM) {
            this.add(new Field(field, type, rules));
        }
    }

    add(field) {
        this.fields.set(field.name.toLowerCase(), field);
        if (field.relationship) {
            this.relationships.set(field.relationship.toLowerCase(), field);
        }
    }

    /** @returns {Field|undefined} by its name, in any case */
    field(name) {
        return this.fields.get(name.toLowerCase());
    }

    /** @returns {Field|undefined} the lookup behind Owner or Lead__r */
    relationship(name) {
        return this.relationships.get(name.toLowerCase());
    }
}

const SET = { isReadOnly: true };
const user = (relationship) => ({ ...SET, target: 'User', relationship });
const SYSTEM = [
    ['Id', 'Id', SET],
    ['CreatedDate', 'DateTime', SET],
    ['CreatedById', 'Lookup', user('CreatedBy')],
    ['LastModifiedDate', 'DateTime', SET],
    ['LastModifiedById', 'Lookup', user('LastModifiedBy')],
    ['SystemModstamp', 'DateTime', SET],
    ['IsDeleted', 'Checkbox', SET]
];

function standardField(line) {
    const match = LINE.exec(line.trim());
    if (!match) {
        throw new Error(`standard field: ${line}`);
    }
    const [, name, type, length, marks, target] = match;
    return new Field(name, type, {
        length: Number(length ?? 0) || undefined,
        isRequired: marks.includes('!'),
        isReadOnly: marks.includes('-'),
        target,
        relationship: target && name.replace(/Id$/, '')
    });
}

function standardObjects() {
    return Object.entries(STANDARD).map(([name, { prefix, fields }]) => {
        const object = new SObjectDefinition(name, { label: name, prefix });
        for (const line of fields.trim().split('\n')) {
            object.add(standardField(line));
        }
        return object;
    });
}

const isTrue = (text) => text === 'true';

function customField(xml) {
    const isLookup = xml.type === 'Lookup' || xml.type === 'MasterDetail';
    return new Field(xml.fullName, xml.type, {
        length: Number(xml.length ?? 0) || undefined,
        isRequired: isTrue(xml.required) || xml.type === 'MasterDetail',
        isUnique: isTrue(xml.unique),
        isCaseSensitive: isTrue(xml.caseSensitive),
        isExternalId: isTrue(xml.externalId),
        isReadOnly: xml.type === 'AutoNumber' || Boolean(xml.formula),
        precision: Number(xml.precision ?? 0),
        scale: Number(xml.scale ?? 0),
        target: isLookup ? xml.referenceTo : undefined,
        relationship: isLookup ? xml.fullName.replace(/__c$/, '__r') : undefined,
        value: xml.type === 'Checkbox' ? isTrue(xml.defaultValue) : null
    });
}

function filesIn(folder, suffix) {
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return names.filter((each) => each.endsWith(suffix)).map((each) => join(folder, each));
}

const read = (path) => parser.parse(readFileSync(path, 'utf8'));

/** All objects of the org that the package is installed in. */
export class Schema {
    /** @param {string} root force-app/main/default */
    constructor(root) {
        this.objects = new Map(standardObjects().map((each) => [each.key, each]));
        const folder = join(root, 'objects');
        const names = existsSync(folder) ? readdirSync(folder).sort() : [];
        names.forEach((name, index) => this.addFolder(join(folder, name), name, index));
    }

    addFolder(folder, name, index) {
        const fields = filesIn(join(folder, 'fields'), '.field-meta.xml').map((path) =>
            customField(read(path).CustomField)
        );
        for (const object of this.objectsOf(folder, name, index)) {
            fields.forEach((each) => object.add(each));
        }
    }

    objectsOf(folder, name, index) {
        if (name === 'Activity') {
            return [...this.objects.values()].filter((each) => STANDARD[each.name]?.isActivity);
        }
        const known = this.objects.get(name.toLowerCase());
        if (known) {
            return [known];
        }
        const path = join(folder, `${name}.object-meta.xml`);
        if (!existsSync(path)) {
            throw new Error(`${name}: fields, but no such standard object and no object-meta.xml`);
        }
        const object = new SObjectDefinition(name, {
            label: read(path).CustomObject.label,
            prefix: `a${index.toString(36).padStart(2, '0')}`
        });
        addCustomSystemFields(object, read(path).CustomObject);
        this.objects.set(object.key, object);
        return [object];
    }

    /** @returns {SObjectDefinition|undefined} by name, in any case */
    object(name) {
        return this.objects.get(name.toLowerCase());
    }

    /** @returns {SObjectDefinition|undefined} whose ids begin like this one */
    objectOfId(id) {
        return [...this.objects.values()].find((each) => each.prefix === id.slice(0, 3));
    }
}

function addCustomSystemFields(object, xml) {
    const isNumbered = xml.nameField?.type === 'AutoNumber';
    object.add(
        new Field('Name', isNumbered ? 'AutoNumber' : 'Text', {
            length: 80,
            isReadOnly: isNumbered,
            isRequired: !isNumbered
        })
    );
    object.add(new Field('OwnerId', 'Lookup', { target: 'Name', relationship: 'Owner' }));
}

/**
 * @param {string} root force-app/main/default
 * @returns {Map<string, string>} the custom labels' texts by lower-case name
 */
export function readLabels(root) {
    const labels = new Map();
    for (const path of filesIn(join(root, 'labels'), '.labels-meta.xml')) {
        const found = read(path).CustomLabels?.labels ?? [];
        for (const each of Array.isArray(found) ? found : [found]) {
            labels.set(each.fullName.toLowerCase(), each.value);
        }
    }
    return labels;
}
