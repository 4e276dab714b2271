// The published schema of Salesforce's metadata: what elements there are, in what number, with what
// in them. It is read from the type declarations of @salesforce/types, which are made from the WSDL.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const DECLARATIONS = join(
    import.meta.dirname,
    '../../node_modules/@salesforce/types/lib/metadata.d.ts'
);
const NAMESPACE = 'http://soap.sforce.com/2006/04/metadata';
/** Free XML for the schema; the rules for components look into it. */
const FREE = new Set(['LightningComponentBundle.targetConfigs']);

const types = new Map(); // name → { members, bases } or { values } or { alias }
const aliases = new Map();
const source = ts.createSourceFile(
    'metadata.d.ts',
    readFileSync(DECLARATIONS, 'utf8'),
    ts.ScriptTarget.Latest
);
for (const statement of source.statements) {
    if (ts.isTypeAliasDeclaration(statement)) aliases.set(statement.name.text, statement.type);
}

function typeOf(name) {
    if (!types.has(name)) types.set(name, describe(aliases.get(name)));
    return types.get(name);
}

function describe(node) {
    if (!node) return undefined;
    if (ts.isIntersectionTypeNode(node)) {
        const parts = node.types.map((part) =>
            ts.isTypeReferenceNode(part) ? typeOf(part.typeName.text) : describe(part)
        );
        return { members: new Map(parts.flatMap((part) => [...(part?.members ?? [])])) };
    }
    if (ts.isTypeLiteralNode(node)) {
        return { members: new Map(node.members.map((m) => [m.name.text, member(m)])) };
    }
    if (ts.isUnionTypeNode(node)) {
        return { values: new Set(node.types.map((one) => one.literal?.text)) };
    }
    if (ts.isLiteralTypeNode(node)) return { values: new Set([node.literal.text]) };
    return { plain: plainName(node) };
}

function plainName(node) {
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'boolean';
    if (node.kind === ts.SyntaxKind.NumberKeyword) return 'number';
    return 'string';
}

function member({ type, questionToken }) {
    const isList = ts.isArrayTypeNode(type);
    const item = isList ? type.elementType : type;
    return {
        isList,
        isRequired: !isList && !questionToken,
        type: ts.isTypeReferenceNode(item) ? item.typeName.text : undefined,
        described: ts.isTypeReferenceNode(item) ? undefined : describe(item)
    };
}

/**
 * Holds a document to the schema.
 *
 * @param {import('./documents.mjs').Element} root
 * @param {string} expected the type that such a file holds
 * @param {(line: number, message: string) => void} tell
 * @returns {number} how many elements were looked at
 */
export function holdToSchema(root, expected, tell) {
    if (root.name !== expected) {
        tell(root.line, `holds <${root.name}>, but a file of that name holds <${expected}>.`);
        return 1;
    }
    if (root.attributes.xmlns !== NAMESPACE) {
        tell(root.line, `<${root.name}> needs xmlns="${NAMESPACE}".`);
    }
    return holdElement(root, typeOf(expected), expected, tell);
}

function holdElement(element, type, path, tell) {
    if (!type?.members) {
        holdValue(element, type, tell);
        return 1;
    }
    let count = 1;
    const seen = new Map();
    let before;
    for (const child of element.children) {
        const known = type.members.get(child.name);
        if (!known) {
            tell(child.line, unknownElement(child.name, path, type));
            continue;
        }
        if (seen.has(child.name) && !known.isList) {
            tell(child.line, `<${child.name}> stands twice in ${path}; it may stand once.`);
        } else if (seen.has(child.name) && before !== child.name) {
            tell(
                child.line,
                `<${child.name}> stands apart from the others of that name (line ${seen.get(child.name)}); Salesforce wants them together.`
            );
        }
        seen.set(child.name, child.line);
        before = child.name;
        const inner = `${path}.${child.name}`;
        if (!FREE.has(inner)) {
            count += holdElement(
                child,
                known.type ? typeOf(known.type) : known.described,
                inner,
                tell
            );
        }
    }
    for (const [name, { isRequired }] of type.members) {
        if (isRequired && !seen.has(name)) {
            tell(element.line, `<${element.name}> lacks <${name}>, which ${path} must have.`);
        }
    }
    return count;
}

function unknownElement(name, path, type) {
    const near = [...type.members.keys()].filter((other) => distance(name, other) <= 3);
    const hint = near.length ? ` Is <${near[0]}> meant?` : '';
    return `${path} has no element <${name}>.${hint}`;
}

function holdValue({ name, text, line, children }, type, tell) {
    if (children.length) {
        tell(line, `<${name}> holds a plain value, no elements.`);
    } else if (type?.values && !type.values.has(text)) {
        const near = [...type.values].filter((value) => distance(text, value) <= 3);
        const shown = near.length || type.values.size > 12 ? near : [...type.values];
        const hint = shown.length ? ` It may be: ${shown.join(', ')}.` : '';
        tell(line, `<${name}> cannot be "${text}".${hint}`);
    } else if (type?.plain === 'boolean' && text !== 'true' && text !== 'false') {
        tell(line, `<${name}> is true or false, not "${text}".`);
    } else if (type?.plain === 'number' && (text === '' || Number.isNaN(Number(text)))) {
        tell(line, `<${name}> is a number, not "${text}".`);
    }
}

/** How many letters differ (Levenshtein). */
function distance(one, other) {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i++) {
        const next = [i];
        for (let j = 1; j <= other.length; j++) {
            const same = one[i - 1].toLowerCase() === other[j - 1].toLowerCase() ? 0 : 1;
            next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same));
        }
        row = next;
    }
    return row[other.length];
}
