// What the platform calls from outside: components and Flows want methods of a certain form.

import { kindOf, walk } from '../model.mjs';

/** What goes over the wire to a component as it is. */
const CARRIED = new Set([
    'string',
    'id',
    'integer',
    'long',
    'decimal',
    'double',
    'boolean',
    'date',
    'datetime',
    'object',
    'sobject'
]);
const DATABASE_WRITES = /^database\.(insert|update|upsert|delete|undelete|merge)/;
const WRITES = /^(Insert|Update|Upsert|Delete|Undelete|Merge)Statement$/;

/** @returns {number} how many annotated members were looked at */
export function holdAnnotations(model, inventory, tell) {
    let count = 0;
    for (const type of model.all()) {
        const say = (member, message) => tell(type.file, member.line, message);
        const offered = type.members.filter(({ annotations }) => annotations.has('auraenabled'));
        const invocable = type.members.filter(({ annotations }) =>
            annotations.has('invocablemethod')
        );
        const variables = type.members.filter(({ annotations }) =>
            annotations.has('invocablevariable')
        );
        for (const member of offered) holdOffered(model, inventory, member, say);
        holdOverloads(offered, say);
        for (const member of invocable) holdInvocable(model, inventory, member, say);
        for (const member of invocable.slice(1)) {
            say(
                member,
                `is a second @InvocableMethod in ${type.name}; a class has one. Put it into a class of its own.`
            );
        }
        for (const member of variables) {
            if (/^(map|set)</i.test(member.type)) {
                say(
                    member,
                    `makes ${member.name} an @InvocableVariable of the type ${member.type}, which no Flow knows. Use a List or a plain value.`
                );
            }
        }
        count += offered.length + invocable.length + variables.length;
    }
    holdPermissionNames(model, inventory, tell);
    return count;
}

function holdOffered(model, inventory, member, say) {
    if (member.kind !== 'method') {
        const problem = carryProblem(model, inventory, member.type, member.owner);
        if (problem) say(member, `offers ${member.name} to components: ${problem}`);
        if (member.modifiers.has('static')) {
            say(
                member,
                `offers the static ${member.name} to components, which see none of that. Make it an instance's.`
            );
        }
        return;
    }
    if (
        !member.modifiers.has('static') ||
        !(member.modifiers.has('public') || member.modifiers.has('global'))
    ) {
        say(
            member,
            `offers ${member.name} to components, but it is not public static. Make it so.`
        );
    }
    for (const { name, type } of [
        ...member.parameters,
        { name: 'its answer', type: member.type }
    ]) {
        const problem = type === 'void' ? '' : carryProblem(model, inventory, type, member.owner);
        if (problem) say(member, `offers ${member.name} to components: ${name}: ${problem}`);
    }
    if (/cacheable=true/.test(member.annotations.get('auraenabled'))) {
        const written = writeBelow(model, member, new Set());
        if (written) {
            say(
                member,
                `is cacheable, but writes: ${written}. Take cacheable=true away, or the writing.`
            );
        }
    }
}

function carryProblem(model, inventory, written, from) {
    const generic = /^(\w+)<(.*)>$/.exec(written);
    if (generic) {
        const [, outer, inner] = generic;
        if (/^list$/i.test(outer)) return carryProblem(model, inventory, inner, from);
        if (/^map$/i.test(outer) && /^(string|id),/i.test(inner)) {
            return carryProblem(model, inventory, inner.slice(inner.indexOf(',') + 1), from);
        }
        return `a ${written} cannot go to a component. Use a List, or a Map with String keys.`;
    }
    if (written.endsWith('[]')) return carryProblem(model, inventory, written.slice(0, -2), from);
    if (CARRIED.has(written.toLowerCase())) return '';
    const own = model.find(written, from);
    if (own) {
        return holdsOffered(model, own)
            ? ''
            : `${written} has no @AuraEnabled member, so it would arrive empty. Offer its members.`;
    }
    return inventory.hasObject(written) ? '' : `a ${written} cannot go to a component.`;
}

function holdsOffered(model, type) {
    for (let one = type; one; one = one.extends ? model.find(one.extends, one) : undefined) {
        if (one.members.some(({ annotations }) => annotations.has('auraenabled'))) return true;
        if (one.members.length === 0 && !one.extends) return true; // an enum
    }
    return false;
}

function holdOverloads(offered, say) {
    const seen = new Set();
    for (const member of offered.filter(({ kind }) => kind === 'method')) {
        const name = member.name.toLowerCase();
        if (seen.has(name)) {
            say(
                member,
                `offers ${member.name} to components a second time with other parameters, which Salesforce refuses. Give it another name.`
            );
        }
        seen.add(name);
    }
}

function holdInvocable(model, inventory, member, say) {
    const { modifiers, parameters, name, type } = member;
    if (!modifiers.has('static') || !(modifiers.has('public') || modifiers.has('global'))) {
        say(member, `is an @InvocableMethod, but ${name} is not public static. Make it so.`);
    }
    if (member.owner.outer) {
        say(
            member,
            `is an @InvocableMethod inside the inner class ${member.owner.name}. Put it into an outermost one.`
        );
    }
    const item = (written) => /^list<(.*)>$/i.exec(written)?.[1];
    if (parameters.length > 1 || parameters.some((one) => !item(one.type))) {
        say(
            member,
            `is an @InvocableMethod, which takes one List or nothing; ${name} takes ${parameters.map((one) => one.type).join(', ')}.`
        );
    }
    if (type !== 'void' && !item(type)) {
        say(
            member,
            `is an @InvocableMethod, which gives back a List or nothing; ${name} gives ${type}.`
        );
    }
    for (const written of [...parameters.map((one) => one.type), type]) {
        const inner = model.find(item(written) ?? '', member.owner);
        if (
            inner &&
            !inner.members.some(({ annotations }) => annotations.has('invocablevariable'))
        ) {
            say(
                member,
                `is an @InvocableMethod of ${written}, but ${inner.name} has no @InvocableVariable, so a Flow sees nothing of it.`
            );
        }
    }
}

/** What a method writes, itself or by what it calls in this package; '' if nothing. */
function writeBelow(model, member, seen) {
    if (seen.has(member)) return '';
    seen.add(member);
    let written = '';
    walk(member.tree, (node, kind) => {
        if (written) return false;
        if (WRITES.test(kind)) written = `"${node.getText()}" in ${member.name}`;
        if (kind === 'DotExpression' && DATABASE_WRITES.test(node.getText().toLowerCase())) {
            written = `"${node.getText()}" in ${member.name}`;
        }
        for (const called of calledBy(model, node, member.owner)) {
            written ||= writeBelow(model, called, seen);
        }
        return true;
    });
    return written;
}

function calledBy(model, node, from) {
    const kind = kindOf(node);
    if (kind === 'MethodCall') {
        const name = node.id()?.getText();
        return name ? [model.member(from, name, ['method'])].filter(Boolean) : [];
    }
    if (kind === 'DotExpression' && node.dotMethodCall()) {
        const type = model.find(node.expression().getText(), from);
        const name = node.dotMethodCall().anyId().getText();
        return type ? [model.member(type, name, ['method'])].filter(Boolean) : [];
    }
    return [];
}

function holdPermissionNames(model, inventory, tell) {
    for (const { file, tree } of model.files) {
        walk(tree, (node, kind) => {
            if (kind !== 'DotExpression') return;
            const [, name] =
                /^featuremanagement\.checkpermission\('(\w+)'\)$/i.exec(node.getText()) ?? [];
            if (name && !inventory.named('CustomPermission', name)) {
                tell(
                    file,
                    node.start.line,
                    `asks for the custom permission ${name}, which does not exist. Correct the name, or add it.`
                );
            }
        });
    }
}
