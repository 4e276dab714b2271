/**
 * What the classes declare: their members, before any body is compiled.
 */
import { LoadError, kindOf } from './parse.mjs';
import { Type } from './types.mjs';

/** @returns {LoadError} what is wrong, at a node of a class */
export function wrong(decl, node, message) {
    return new LoadError(message, { className: decl.name, line: node.start.line });
}

/** A class, interface or enum. */
export class Declaration {
    constructor({ id, node, modifiers, kind, outer, program }) {
        this.id = id;
        this.node = node;
        this.kind = kind;
        this.outer = outer;
        this.program = program;
        this.simpleName = node.id().getText();
        this.name = outer ? `${outer.name}.${this.simpleName}` : this.simpleName;
        this.outermost = outer?.outermost ?? this;
        this.modifiers = modifiers;
        this.inner = new Map();
        this.fields = [];
        this.methods = [];
        this.constructors = [];
        this.blocks = [];
        this.superType = null;
        this.interfaces = [];
        this.values = [];
        this.type = new Type(kind === 'enum' ? 'enum' : 'class', this.name, { decl: this });
    }

    get isTest() {
        return this.modifiers.annotations.has('istest') || (this.outer?.isTest ?? false);
    }

    get isAbstract() {
        return this.kind === 'interface' || this.modifiers.has('abstract');
    }

    get superDecl() {
        return this.superType?.decl ?? null;
    }

    /** @returns {object[]} methods of that name, here, above and in interfaces */
    findMethods(name, isStatic) {
        const key = name.toLowerCase();
        const found = [];
        for (const decl of this.lineage()) {
            for (const method of decl.methods) {
                const isNew = !found.some((each) => each.jsName === method.jsName);
                if (method.lname === key && method.isStatic === isStatic && isNew) {
                    found.push(method);
                }
            }
        }
        return found;
    }

    /** @returns {object|null} the field or property of that name, here or above */
    findField(name) {
        const key = name.toLowerCase();
        for (const decl of this.lineage()) {
            const found = decl.fields.find((each) => each.lname === key);
            if (found) {
                return found;
            }
        }
        return null;
    }

    /** @returns {Declaration[]} this, what is above it, then the interfaces */
    lineage() {
        const all = [];
        const todo = [this];
        while (todo.length) {
            const next = todo.shift();
            all.push(next);
            todo.push(
                ...[next.superType, ...next.interfaces]
                    .map((each) => each?.decl)
                    .filter((each) => each && !all.includes(each))
            );
        }
        return all;
    }

    /** @returns {object[]} the instance fields that hold a value, those from above first */
    storedFields() {
        const above = this.superDecl?.storedFields() ?? [];
        return [...above, ...this.fields.filter((each) => !each.isStatic && each.isStored)];
    }

    /** @returns {object[]} the instance fields and properties that JSON and Aura look at */
    dataMembers() {
        this.ownDataMembers ??= [
            ...(this.superDecl?.dataMembers() ?? []),
            ...this.fields.filter((each) => !each.isStatic && !each.isTransient)
        ];
        return this.ownDataMembers;
    }

    /** @returns {boolean} whether this is `other` or below it */
    isBelow(other) {
        return this.lineage().includes(other);
    }
}

class Modifiers {
    constructor(nodes) {
        this.words = new Set();
        this.annotations = new Map();
        for (const node of nodes ?? []) {
            const annotation = node.annotation?.();
            if (annotation) {
                this.annotations.set(annotation.id().getText().toLowerCase(), valuesOf(annotation));
            } else {
                this.words.add(node.getText().toLowerCase());
            }
        }
    }

    has(word) {
        return this.words.has(word);
    }

    /** @returns {string} who may use it */
    access(usual) {
        return ['private', 'protected', 'public', 'global'].find((each) => this.has(each)) ?? usual;
    }
}

function valuesOf(annotation) {
    const values = new Map();
    for (const pair of annotation.elementValuePairs()?.elementValuePair_list() ?? []) {
        values.set(pair.id().getText().toLowerCase(), pair.elementValue().getText());
    }
    return values;
}

const NOT_PLAYED = new Set(['future', 'remoteaction', 'httpget', 'httppost', 'restresource']);
const WORD = /[^a-z0-9]+/g;

/** Reads the declarations of all classes, in two steps: first names, then members. */
export class Declarations {
    constructor(program) {
        this.program = program;
        this.types = program.types;
        this.all = [];
    }

    /** Declares a parsed file's types by name. */
    declare(tree) {
        const node = tree.typeDeclaration();
        const decl = this.declareType(node, null);
        this.types.topLevel.set(decl.simpleName.toLowerCase(), decl);
        return decl;
    }

    declareType(holder, outer) {
        const [kind, node] = [
            ['class', holder.classDeclaration()],
            ['interface', holder.interfaceDeclaration()],
            ['enum', holder.enumDeclaration()]
        ].find((each) => each[1]);
        const modifiers = new Modifiers(
            outer ? holder.parentCtx.modifier_list() : holder.modifier_list()
        );
        const { program } = this;
        const id = this.all.length;
        const decl = new Declaration({ id, node, modifiers, kind, outer, program });
        for (const name of modifiers.annotations.keys()) {
            if (NOT_PLAYED.has(name)) {
                throw wrong(decl, holder, `@${name} is not played here`);
            }
        }
        this.all.push(decl);
        this.types.add(decl.type);
        if (kind === 'class') {
            for (const member of node.classBody().classBodyDeclaration_list()) {
                this.declareInner(member.memberDeclaration(), decl);
            }
        }
        return decl;
    }

    declareInner(member, outer) {
        if (
            member?.classDeclaration() ||
            member?.interfaceDeclaration() ||
            member?.enumDeclaration()
        ) {
            const inner = this.declareType(member, outer);
            const key = inner.simpleName.toLowerCase();
            if (outer.inner.has(key)) {
                throw wrong(outer, member, `Duplicate type: ${inner.simpleName}`);
            }
            outer.inner.set(key, inner);
        }
    }

    /** Reads a declared type's super types. */
    readHeads() {
        for (const decl of this.all) {
            if (decl.kind === 'enum') {
                const names = decl.node.enumConstants()?.id_list() ?? [];
                decl.values = names.map((each) => each.getText());
            } else {
                this.readHead(decl);
            }
        }
    }

    readHead(decl) {
        const { node } = decl;
        const list = node.typeList()?.typeRef_list() ?? [];
        decl.interfaces = list.map((each) => this.resolve(each, decl.outer ?? decl));
        if (decl.kind === 'class' && node.typeRef()) {
            decl.superType = this.resolve(node.typeRef(), decl.outer ?? decl);
            const above = decl.superType.decl;
            const isOpen = above?.modifiers.has('virtual') || above?.modifiers.has('abstract');
            if (above ? !(isOpen || decl.superType.isException) : !decl.superType.isException) {
                throw wrong(
                    decl,
                    node,
                    `Non-virtual and non-abstract type cannot be extended: ${decl.superType}`
                );
            }
        }
        if (
            /exception$/i.test(decl.simpleName) !== decl.type.isException &&
            decl.kind === 'class'
        ) {
            throw wrong(
                decl,
                node,
                `Exception class must extend Exception and its name must end in Exception: ${decl.name}`
            );
        }
    }

    /** Reads the members of all declared types. */
    readMembers() {
        for (const decl of this.all) {
            if (decl.kind === 'class') {
                for (const each of decl.node.classBody().classBodyDeclaration_list()) {
                    this.readMember(decl, each);
                }
            } else if (decl.kind === 'interface') {
                for (const each of decl.node.interfaceBody().interfaceMethodDeclaration_list()) {
                    this.addMethod(decl, each, new Modifiers([]), 'public');
                }
            }
        }
    }

    readMember(decl, node) {
        const modifiers = new Modifiers(node.modifier_list());
        for (const name of modifiers.annotations.keys()) {
            if (NOT_PLAYED.has(name)) {
                throw wrong(decl, node, `@${name} is not played here`);
            }
        }
        if (node.block()) {
            decl.blocks.push({ node: node.block(), isStatic: Boolean(node.STATIC()) });
            return;
        }
        const member = node.memberDeclaration();
        if (member?.fieldDeclaration()) {
            this.addFields(decl, member.fieldDeclaration(), modifiers);
        } else if (member?.propertyDeclaration()) {
            this.addProperty(decl, member.propertyDeclaration(), modifiers);
        } else if (member?.methodDeclaration()) {
            this.addMethod(decl, member.methodDeclaration(), modifiers, 'private');
        } else if (member?.constructorDeclaration?.()) {
            this.addConstructor(decl, member.constructorDeclaration(), modifiers);
        }
    }

    memberOf(decl, node, name, modifiers, usual = 'private') {
        return {
            owner: decl,
            node,
            name,
            lname: name.toLowerCase(),
            modifiers,
            annotations: modifiers.annotations,
            isStatic: modifiers.has('static') || modifiers.has('testmethod'),
            access: modifiers.access(usual),
            isTestVisible: modifiers.annotations.has('testvisible')
        };
    }

    addFields(decl, node, modifiers) {
        const type = this.resolve(node.typeRef(), decl);
        for (const each of node.variableDeclarators().variableDeclarator_list()) {
            const field = this.memberOf(decl, each, each.id().getText(), modifiers);
            this.addField(decl, {
                ...field,
                type,
                jsName: `f_${field.lname}`,
                initial: each.expression(),
                isStored: true,
                isFinal: modifiers.has('final'),
                isTransient: modifiers.has('transient')
            });
        }
    }

    addField(decl, field) {
        if (field.isStatic && decl.outer) {
            throw wrong(decl, field.node, 'Static can only be used in a top level class');
        }
        if (decl.findField(field.name)) {
            throw wrong(decl, field.node, `Duplicate field: ${field.name}`);
        }
        decl.fields.push(field);
    }

    addProperty(decl, node, modifiers) {
        const property = this.memberOf(decl, node, node.id().getText(), modifiers);
        const blocks = node.propertyBlock_list();
        const [getter, setter] = ['getter', 'setter'].map((kind) => {
            const block = blocks.find((each) => each[kind]());
            return (
                block && {
                    body: block[kind]().block(),
                    modifiers: new Modifiers(block.modifier_list())
                }
            );
        });
        this.addField(decl, {
            ...property,
            type: this.resolve(node.typeRef(), decl),
            jsName: `f_${property.lname}`,
            initial: null,
            isStored: true,
            isProperty: true,
            isTransient: modifiers.has('transient'),
            getter,
            setter,
            getterName: getter?.body ? `get_${property.lname}` : null,
            setterName: setter?.body ? `set_${property.lname}` : null,
            getAccess: getter ? getter.modifiers.access(property.access) : null,
            setAccess: setter ? setter.modifiers.access(property.access) : null
        });
    }

    paramsOf(decl, node) {
        const list = node.formalParameters().formalParameterList()?.formalParameter_list() ?? [];
        return list.map((each) => ({
            name: each.id().getText(),
            type: this.resolve(each.typeRef(), decl),
            isFinal: new Modifiers(each.modifier_list()).has('final')
        }));
    }

    addMethod(decl, node, modifiers, usual) {
        const method = this.memberOf(decl, node, node.id().getText(), modifiers, usual);
        const params = this.paramsOf(decl, node);
        const kinds = params.map((each) => each.type.key.replace(WORD, '_')).join('$');
        const full = {
            ...method,
            params,
            returns: node.VOID() ? this.types.void : this.resolve(node.typeRef(), decl),
            jsName: `${method.isStatic ? 's' : 'm'}_${method.lname}$${kinds}`,
            body: node.block?.() ?? null
        };
        if (decl.methods.some((each) => each.jsName === full.jsName)) {
            throw wrong(decl, node, `Method already defined: ${method.name}`);
        }
        decl.methods.push(full);
    }

    addConstructor(decl, node, modifiers) {
        const member = this.memberOf(decl, node, decl.simpleName, modifiers);
        const params = this.paramsOf(decl, node);
        const kinds = params.map((each) => each.type.key.replace(WORD, '_')).join('$');
        decl.constructors.push({
            ...member,
            params,
            jsName: `c${decl.id}$${kinds}`,
            body: node.block()
        });
    }

    /** Checks overriding, and that nothing abstract is left open. */
    checkAll() {
        for (const decl of this.all.filter((each) => each.kind === 'class')) {
            decl.methods
                .filter((each) => !each.isStatic)
                .forEach((each) => checkOverride(decl, each));
            if (!decl.isAbstract) {
                checkComplete(decl);
            }
        }
    }

    /**
     * @param {object} node a typeRef
     * @param {Declaration} scope where it stands
     * @returns {Type} what it names
     */
    resolve(node, scope) {
        const parts = node.typeName_list();
        const subscripts = node.arraySubscripts()?.LBRACK_list?.().length ?? 0;
        let type = this.resolveParts(parts.map(partOf), node, scope);
        for (let at = 0; at < subscripts; at += 1) {
            type = this.types.collection('list', [type]);
        }
        return type;
    }

    /** @returns {Type} of name parts, each {name, args (typeRef nodes)} */
    resolveParts(parts, node, scope) {
        const last = parts.at(-1);
        if (last.args) {
            const args = last.args.map((each) => this.resolve(each, scope));
            const library = this.program.library.get(last.name.toLowerCase());
            if (!library?.isGeneric || library.typeParams.length !== args.length) {
                throw wrong(scope, node, `Invalid type: ${last.name}<…>`);
            }
            return this.types.generic(library, args);
        }
        const path = parts.map((each) => each.name);
        const type = this.types.find(path, scope);
        if (!type) {
            throw wrong(scope, node, `Invalid type: ${path.join('.')}`);
        }
        return type;
    }
}

function partOf(node) {
    const name = node.id()?.getText() ?? node.getChild(0).getText();
    return { name, args: node.typeArguments()?.typeList().typeRef_list() ?? null };
}

function checkOverride(decl, method) {
    const above = [];
    for (let at = decl.superDecl; at; at = at.superDecl) {
        above.push(...at.methods.filter((each) => each.jsName === method.jsName));
    }
    const isOverride = method.modifiers.has('override');
    const known = above.find((each) => each.access !== 'private');
    if (known && !isOverride) {
        throw wrong(decl, method.node, `Method must use the override keyword: ${method.name}`);
    }
    if (known && !['virtual', 'abstract', 'override'].some((each) => known.modifiers.has(each))) {
        throw wrong(
            decl,
            method.node,
            `Non-virtual, non-abstract methods cannot be overridden: ${method.name}`
        );
    }
    const isPlatforms = ['tostring', 'equals', 'hashcode', 'getmessage'].includes(method.lname);
    if (isOverride && !known && !isPlatforms) {
        throw wrong(
            decl,
            method.node,
            `Method does not override an ancestor method: ${method.name}`
        );
    }
}

function checkComplete(decl) {
    for (const above of decl.lineage()) {
        for (const each of above.methods) {
            const isOpen = above.kind === 'interface' || each.modifiers.has('abstract');
            if (isOpen && !each.isStatic && !implemented(decl, each)) {
                throw wrong(
                    decl,
                    decl.node,
                    `Class ${decl.name} must implement the method: ${each.returns} ${above.name}.${each.name}`
                );
            }
        }
        for (const type of above.interfaces.filter((each) => each.library)) {
            checkPlatformInterface(decl, type);
        }
    }
}

function implemented(decl, wanted) {
    return decl
        .lineage()
        .some(
            (each) =>
                each.kind === 'class' &&
                each.methods.some((own) => own.jsName === wanted.jsName && own.body)
        );
}

function checkPlatformInterface(decl, type) {
    if (!type.library.isInterface) {
        throw wrong(decl, decl.node, `Type is not an interface: ${type}`);
    }
    for (const [name, [method]] of type.library.methods) {
        const own = decl.findMethods(name, false);
        if (!own.some((each) => each.params.length === method.params.length && each.body)) {
            throw wrong(
                decl,
                decl.node,
                `Class ${decl.name} must implement the method: ${method.returns} ${type}.${name}(${method.params})`
            );
        }
    }
}

export { Modifiers, kindOf };
