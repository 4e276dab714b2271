// Permission sets: everything they name must exist, and may be granted in the way they grant it.

import { all, one, textOf } from '../documents.mjs';

/** What each right needs beside it; Salesforce refuses the permission set otherwise. */
const NEEDS = {
    allowCreate: ['allowRead'],
    allowEdit: ['allowRead'],
    allowDelete: ['allowRead', 'allowEdit'],
    viewAllRecords: ['allowRead'],
    modifyAllRecords: ['allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords']
};

/** @returns {number} how many grants were looked at */
export function holdPermissions(inventory, tell) {
    let count = 0;
    for (const { file, root } of inventory.of('PermissionSet')) {
        const say = (element, message) => tell(file, element.line, message);
        const grants = [
            ['classAccesses', 'apexClass', (name) => inventory.named('ApexClass', name), 'class'],
            [
                'customPermissions',
                'name',
                (name) => inventory.named('CustomPermission', name),
                'custom permission'
            ],
            ['applicationVisibilities', 'application', (name) => isApp(inventory, name), 'app'],
            ['tabSettings', 'tab', (name) => isTab(inventory, name), 'tab'],
            ['objectPermissions', 'object', (name) => inventory.hasObject(name), 'object'],
            ['fieldPermissions', 'field', (name) => fieldOf(inventory, name), 'field'],
            ['flowAccesses', 'flow', (name) => inventory.named('Flow', name), 'flow'],
            [
                'externalCredentialPrincipalAccesses',
                'externalCredentialPrincipal',
                (name) => hasPrincipal(inventory, name),
                'principal (external credential, then "-", then its principal)'
            ]
        ];
        for (const [element, key, exists, kind] of grants) {
            count += holdGrants(all(root, element), key, exists, kind, say);
        }
        for (const rights of all(root, 'objectPermissions')) holdRights(rights, say);
        for (const right of all(root, 'fieldPermissions')) holdFieldRight(inventory, right, say);
    }
    return count;
}

function holdGrants(elements, key, exists, kind, say) {
    const seen = new Set();
    for (const element of elements) {
        const name = textOf(element, key);
        if (seen.has(name)) say(element, `names the ${kind} ${name} a second time. Remove one.`);
        else if (!exists(name)) {
            say(
                element,
                `names the ${kind} ${name}, which does not exist. Correct the name, or remove this.`
            );
        }
        seen.add(name);
    }
    return elements.length;
}

function holdRights(rights, say) {
    for (const [right, needed] of Object.entries(NEEDS)) {
        const missing = needed.filter((other) => textOf(rights, other) !== 'true');
        if (textOf(rights, right) === 'true' && missing.length) {
            say(
                rights,
                `gives ${right} on ${textOf(rights, 'object')} without ${missing.join(', ')}; Salesforce refuses that.`
            );
        }
    }
}

function holdFieldRight(inventory, right, say) {
    const name = textOf(right, 'field');
    const custom = fieldOf(inventory, name)?.custom;
    if (
        custom &&
        (textOf(custom.root, 'required') === 'true' ||
            textOf(custom.root, 'type') === 'MasterDetail')
    ) {
        say(
            right,
            `names ${name}, a required field, which everybody may see; Salesforce refuses a grant of it. Remove this.`
        );
    }
    if (textOf(right, 'editable') === 'true' && textOf(right, 'readable') !== 'true') {
        say(right, `lets ${name} be edited but not read. Make it readable too.`);
    }
    if (custom && textOf(right, 'editable') === 'true' && one(custom.root, 'formula')) {
        say(right, `lets the formula ${name} be edited, which nobody can.`);
    }
}

function fieldOf(inventory, name) {
    const [object, field, ...more] = name.split('.');
    return more.length || !field ? undefined : inventory.field(object, field);
}

function isApp(inventory, name) {
    return name.startsWith('standard__') || inventory.named('CustomApplication', name);
}

/** @returns whether a tab of that name is there: ours, or a standard object's */
export function isTab(inventory, name) {
    if (inventory.named('CustomTab', name)) return true;
    const standard = /^standard-(.+)$/.exec(name);
    return Boolean(standard) && (standard[1] === 'home' || inventory.hasObject(standard[1]));
}

function hasPrincipal(inventory, name) {
    const at = name.indexOf('-');
    const credential = inventory.named('ExternalCredential', name.slice(0, at).trim());
    return (
        at > 0 &&
        credential &&
        all(credential.root, 'externalCredentialParameters').some(
            (parameter) =>
                /^(Named|PerUser)Principal$/.test(textOf(parameter, 'parameterType')) &&
                textOf(parameter, 'parameterName') === name.slice(at + 1).trim()
        )
    );
}
