// The package's Apex as the rules see it: each class with its members, and each file's parse tree.

import { readFileSync } from 'node:fs';
import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';

/**
 * @typedef {object} Type
 * @property {string} name as written
 * @property {Type | undefined} outer the class that it stands in
 * @property {string} file
 * @property {number} line
 * @property {string} extends what it extends, or ''
 * @property {boolean} isTest
 * @property {Member[]} members
 * @property {Map<string, Type>} inner by name in lower case
 *
 * @typedef {object} Member
 * @property {'method' | 'field' | 'property' | 'constructor'} kind
 * @property {string} name
 * @property {string} type as written, without spaces; 'void' of none
 * @property {{name: string, type: string}[]} parameters
 * @property {Set<string>} modifiers in lower case
 * @property {Map<string, string>} annotations by name in lower case, with what is in brackets
 * @property {object} tree
 * @property {number} line
 * @property {Type} owner
 */

class Errors extends ApexErrorListener {
    found = [];

    apexSyntaxError(line, column, message) {
        this.found.push({ line, message });
    }
}

/** @returns {{tree: object, errors: {line: number, message: string}[]}} */
export function parseText(text, rule = 'compilationUnit') {
    const errors = new Errors();
    const { parser } = ApexParserFactory.createLexerAndParser(text, errors);
    return { tree: parser[rule](), errors: errors.found };
}

/** All classes of the package. */
export class Model {
    /** By name in lower case; only the outermost. */
    types = new Map();
    /** @type {{file: string, type: Type, tree: object}[]} */
    files = [];

    /** @returns {{line: number, message: string}[]} what does not parse */
    read(file) {
        const { tree, errors } = parseText(readFileSync(file, 'utf8'));
        if (errors.length) return errors;
        const type = typeFrom(tree.typeDeclaration(), undefined, file);
        this.types.set(type.name.toLowerCase(), type);
        this.files.push({ file, type, tree });
        return [];
    }

    /**
     * @param {string} name as written: Outer, Outer.Inner, or Inner as seen from its outer class
     * @param {Type} [from] where it is written
     * @returns {Type | undefined} if it is one of the package
     */
    find(name, from) {
        const parts = name.toLowerCase().split('.');
        for (let place = from; place; place = place.outer) {
            const inner =
                place.inner.get(parts[0]) ??
                (place.name.toLowerCase() === parts[0] ? place : undefined);
            if (inner) return parts.slice(1).reduce((type, part) => type?.inner.get(part), inner);
        }
        const first = this.types.get(parts[0]);
        return parts.slice(1).reduce((type, part) => type?.inner.get(part), first);
    }

    /** @returns {Generator<Type>} every class, also those inside */
    *all() {
        for (const { type } of this.files) yield* withInner(type);
    }

    /** @returns {Member | undefined} of the type or what it extends */
    member(type, name, kinds) {
        for (let one = type; one; one = one.extends ? this.find(one.extends, one) : undefined) {
            const found = one.members.find(
                (member) =>
                    kinds.includes(member.kind) && member.name.toLowerCase() === name.toLowerCase()
            );
            if (found) return found;
        }
        return undefined;
    }
}

function* withInner(type) {
    yield type;
    for (const inner of type.inner.values()) yield* withInner(inner);
}

/** @returns {Type} the outermost class that it stands in */
export function outermost(type) {
    return type.outer ? outermost(type.outer) : type;
}

function typeFrom(node, outer, file) {
    const declaration =
        node.classDeclaration() ?? node.interfaceDeclaration() ?? node.enumDeclaration();
    const { annotations } = modifiersOf(node.modifier_list?.() ?? []);
    const type = {
        name: declaration.id().getText(),
        outer,
        file,
        line: declaration.start.line,
        extends: declaration.typeRef?.()?.getText() ?? '',
        isTest: annotations.has('istest') || (outer?.isTest ?? false),
        members: [],
        inner: new Map()
    };
    for (const part of declaration.classBody?.().classBodyDeclaration_list() ?? []) {
        const member = part.memberDeclaration();
        if (member) addMember(type, member, part.modifier_list(), file);
    }
    return type;
}

function addMember(type, node, modifiers, file) {
    const nested = node.classDeclaration() ?? node.interfaceDeclaration() ?? node.enumDeclaration();
    if (nested) {
        const inner = typeFrom({ ...declares(node), modifier_list: () => modifiers }, type, file);
        type.inner.set(inner.name.toLowerCase(), inner);
        return;
    }
    const common = { ...modifiersOf(modifiers), tree: node, line: node.start.line, owner: type };
    const method = node.methodDeclaration();
    const constructor = node.constructorDeclaration();
    const property = node.propertyDeclaration();
    const field = node.fieldDeclaration();
    if (method || constructor) {
        type.members.push({
            ...common,
            kind: method ? 'method' : 'constructor',
            name: (method?.id() ?? constructor.qualifiedName()).getText(),
            type: method?.typeRef()?.getText() ?? 'void',
            parameters: parametersOf(method ?? constructor)
        });
    } else if (property) {
        const [name, written] = [property.id().getText(), property.typeRef().getText()];
        type.members.push({ ...common, kind: 'property', name, type: written, parameters: [] });
    } else if (field) {
        for (const declared of field.variableDeclarators().variableDeclarator_list()) {
            const [name, written] = [declared.id().getText(), field.typeRef().getText()];
            type.members.push({ ...common, kind: 'field', name, type: written, parameters: [] });
        }
    }
}

function declares(node) {
    return {
        classDeclaration: () => node.classDeclaration(),
        interfaceDeclaration: () => node.interfaceDeclaration(),
        enumDeclaration: () => node.enumDeclaration()
    };
}

function parametersOf(node) {
    const list = node.formalParameters().formalParameterList()?.formalParameter_list() ?? [];
    return list.map((one) => ({ name: one.id().getText(), type: one.typeRef().getText() }));
}

function modifiersOf(nodes) {
    const modifiers = new Set();
    const annotations = new Map();
    for (const node of nodes) {
        const annotation = node.annotation();
        if (annotation) {
            const inside = annotation.elementValuePairs() ?? annotation.elementValue();
            annotations.set(
                annotation.id().getText().toLowerCase(),
                inside ? pairsOf(inside).toLowerCase() : ''
            );
        } else {
            modifiers.add(node.getText().toLowerCase());
        }
    }
    return { modifiers, annotations };
}

function pairsOf(node) {
    return node.elementValuePair_list
        ? node
              .elementValuePair_list()
              .map((pair) => pair.getText())
              .join(' ')
        : node.getText();
}

/**
 * Walks a parse tree.
 *
 * @param {object} node
 * @param {(node: object, kind: string) => boolean | void} visit gets the node and what it is, such
 *     as "Query"; false leaves out what is below
 */
export function walk(node, visit) {
    if (visit(node, kindOf(node)) === false) return;
    for (let index = 0; index < node.getChildCount(); index++) {
        const child = node.getChild(index);
        if (child.getChildCount) walk(child, visit);
    }
}

/** @returns {string} what a node of the tree is, such as "Query" */
export function kindOf(node) {
    return node.constructor.name.replace(/Context\d*$/, '');
}

/** @returns {string | undefined} what a literal text says */
export function literalOf(node) {
    const text = node?.getText() ?? '';
    return /^'(?:[^'\\]|\\.)*'$/s.test(text) ? text.slice(1, -1) : undefined;
}
