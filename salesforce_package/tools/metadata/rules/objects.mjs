// Objects: their fields, lists, layouts and compact layouts go together.

import { all, everything, one, textOf } from '../documents.mjs';
import { holdOverride } from './pages.mjs';

/** What a field of a type must say beyond what the schema asks for. */
const NEEDED = {
    AutoNumber: ['displayFormat'],
    Checkbox: ['defaultValue'],
    LongTextArea: ['length', 'visibleLines'],
    Html: ['length', 'visibleLines'],
    Lookup: ['referenceTo', 'relationshipName'],
    MasterDetail: ['referenceTo', 'relationshipName'],
    MultiselectPicklist: ['valueSet', 'visibleLines'],
    Number: ['precision', 'scale'],
    Currency: ['precision', 'scale'],
    Percent: ['precision', 'scale'],
    Picklist: ['valueSet'],
    Text: ['length']
};
/** Columns of a list that are no fields by their API names. */
const COLUMNS =
    /^(NAME|OBJECT_ID|RECORDTYPE|CREATED_DATE|LAST_UPDATE|LAST_ACTIVITY|CURRENCY_ISO_CODE|(OWNER|CREATEDBY_USER|UPDATEDBY_USER)(\.(ALIAS|FIRST_NAME|LAST_NAME))?)$/;

/** @returns {number} how many fields, lists and layouts were looked at */
export function holdObjects(inventory, tell) {
    for (const field of inventory.of('CustomField')) holdField(inventory, field, tell);
    for (const list of inventory.of('ListView')) holdList(inventory, list, tell);
    for (const compact of inventory.of('CompactLayout')) {
        for (const { text, line } of all(compact.root, 'fields')) {
            holdName(inventory, compact.file, line, compact.object, text, tell);
        }
    }
    for (const layout of inventory.of('Layout')) holdLayout(inventory, layout, tell);
    for (const object of inventory.of('CustomObject')) holdObject(inventory, object, tell);
    holdRelationshipNames(inventory, tell);
    return ['CustomObject', 'CustomField', 'ListView', 'CompactLayout', 'Layout']
        .map((type) => inventory.of(type).length)
        .reduce((sum, more) => sum + more);
}

function holdName(inventory, file, line, object, field, tell) {
    if (!inventory.field(object, field)) {
        tell(
            file,
            line,
            `names the field ${field}, which ${object} does not have. Correct the name, or add the field.`
        );
    }
}

function holdField(inventory, { file, name, object, root }, tell) {
    if (textOf(root, 'fullName') !== name) {
        tell(
            file,
            root.line,
            `is named ${textOf(root, 'fullName')} inside, but ${name} by its file. Make them one.`
        );
    }
    const type = textOf(root, 'type');
    if (!one(root, 'formula')) {
        for (const needed of NEEDED[type] ?? []) {
            if (!one(root, needed)) {
                tell(file, root.line, `is of type ${type} and lacks <${needed}>.`);
            }
        }
    }
    const target = one(root, 'referenceTo');
    if (target && !inventory.hasObject(target.text)) {
        tell(file, target.line, `looks up ${target.text}, which does not exist. Correct the name.`);
    }
    const formula = one(root, 'formula');
    for (const [, used] of formula?.text.matchAll(/(?<![.\w])(\w+__c)\b/g) ?? []) {
        holdName(inventory, file, formula.line, object, used, tell);
    }
}

function holdRelationshipNames(inventory, tell) {
    const seen = new Map();
    for (const { file, root, object } of inventory.of('CustomField')) {
        const name = textOf(root, 'relationshipName');
        if (!name) continue;
        const key = `${textOf(root, 'referenceTo')}.${name}`;
        if (seen.has(key)) {
            tell(
                file,
                root.line,
                `calls its relationship ${name}, as ${seen.get(key)} of ${object} does on the same object. Give it another name.`
            );
        }
        seen.set(key, textOf(root, 'fullName'));
    }
}

function holdList(inventory, { file, name, object, root }, tell) {
    if (textOf(root, 'fullName') !== name) {
        tell(
            file,
            root.line,
            `is named ${textOf(root, 'fullName')} inside, but ${name} by its file. Make them one.`
        );
    }
    const filters = all(root, 'filters')
        .map((filter) => one(filter, 'field'))
        .filter(Boolean);
    for (const { text, line } of [...all(root, 'columns'), ...filters]) {
        if (!COLUMNS.test(text)) holdName(inventory, file, line, object, text, tell);
    }
}

function holdLayout(inventory, { file, name, root }, tell) {
    const object = decodeURIComponent(name).split('-')[0];
    if (!inventory.hasObject(object)) {
        tell(file, 0, `is a layout of ${object}, which does not exist. Correct the file's name.`);
        return;
    }
    const seen = new Set();
    for (const element of everything(root)) {
        if (element.name === 'layoutItems') {
            const field = textOf(element, 'field');
            if (field) holdName(inventory, file, element.line, object, field, tell);
            if (field && seen.has(field)) {
                tell(file, element.line, `shows ${field} a second time. Remove one.`);
            }
            seen.add(field);
        }
        if (element.name === 'quickActionListItems' || element.name === 'platformActionListItems') {
            holdActionItem(inventory, file, element, tell);
        }
    }
}

function holdActionItem(inventory, file, element, tell) {
    const action = textOf(element, 'quickActionName') || textOf(element, 'actionName');
    const [object, own] = action.split('.');
    if (own && object !== 'Global' && !inventory.named('QuickAction', action)) {
        tell(
            file,
            element.line,
            `offers the action ${action}, which does not exist. Correct the name, or add it.`
        );
    }
}

function holdObject(inventory, { file, name, root }, tell) {
    const compact = one(root, 'compactLayoutAssignment');
    if (
        compact &&
        compact.text !== 'SYSTEM' &&
        !inventory
            .of('CompactLayout')
            .some((one_) => one_.object === name && one_.name === compact.text)
    ) {
        tell(
            file,
            compact.line,
            `shows the compact layout ${compact.text}, which does not exist. Correct the name, or add it.`
        );
    }
    for (const override of all(root, 'actionOverrides')) {
        holdOverride(inventory, file, override, name, tell);
    }
    const layouts = one(root, 'searchLayouts');
    for (const { text, line, children } of layouts?.children ?? []) {
        if (!children.length && /^\w+__c$/.test(text)) {
            holdName(inventory, file, line, name, text, tell);
        }
    }
}
