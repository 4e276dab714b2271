/**
 * All classes of a folder as one program that can be run.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { platformLibrary } from '../library/index.mjs';
import { Schema, readLabels } from '../org/schema.mjs';
import { support } from '../run/support.mjs';
import { ApexList, EnumValue } from '../run/values.mjs';
import { Emitter } from './classes.mjs';
import { Declarations } from './declarations.mjs';
import { LoadError, parseClass } from './parse.mjs';
import { Types } from './types.mjs';

/** The classes cannot be loaded; `problems` says what is wrong with each. */
export class LoadErrors extends Error {
    /** @param {LoadError[]} problems all that were found */
    constructor(problems) {
        super(problems.map(String).join('\n'));
        this.name = 'LoadErrors';
        this.problems = problems;
    }
}

const trees = new Map();

/** Parsing is what takes long, so a text is parsed once. */
function treeOf(source, name) {
    const key = createHash('sha256').update(source).digest('hex');
    if (!trees.has(key)) {
        trees.set(key, parseClass(source, name));
    }
    return trees.get(key);
}

/** A loaded package. */
export class Program {
    /**
     * @param {Map<string, string>} sources class texts by class name
     * @param {{schema: Schema, labels: Map<string, string>}} org what is around them
     */
    constructor(sources, { schema, labels }) {
        this.sources = sources;
        this.labels = labels;
        this.library = platformLibrary();
        this.types = new Types({ library: this.library, schema });
        this.declarations = new Declarations(this);
        this.files = new Map();
        this.enums = new Map();
        this.tokens = new Map();
        this.problems = [];
        this.compile();
    }

    attempt(run) {
        try {
            return run();
        } catch (error) {
            if (!(error instanceof LoadError)) {
                throw error;
            }
            this.problems.push(error);
            return null;
        }
    }

    check() {
        if (this.problems.length) {
            throw new LoadErrors(this.problems);
        }
    }

    compile() {
        for (const [name, source] of this.sources) {
            this.attempt(() => this.addFile(name, treeOf(source, name)));
        }
        this.check();
        this.attempt(() => this.declarations.readHeads());
        this.check();
        this.declarations.all
            .filter((each) => each.kind === 'enum')
            .forEach((each) => this.addEnum(each.type, each.values));
        this.attempt(() => this.declarations.readMembers());
        this.check();
        this.attempt(() => this.declarations.checkAll());
        this.generate();
        this.check();
    }

    addFile(name, tree) {
        const decl = this.declarations.declare(tree);
        if (decl.simpleName !== name) {
            throw new LoadError(`the file holds the class ${decl.simpleName}`, {
                className: name,
                line: 1
            });
        }
        const index = this.files.size;
        this.files.set(decl, { index, name, decl, lines: new Set(), hits: null });
    }

    fileOf(decl) {
        return this.files.get(decl.outermost);
    }

    generate() {
        const emitter = new Emitter(this);
        const done = new Set();
        const parts = [];
        const add = (decl) => {
            if (done.has(decl) || decl.kind === 'enum') {
                return;
            }
            done.add(decl);
            if (decl.superDecl) {
                add(decl.superDecl);
            }
            parts.push(emitter.classCode(decl, (error) => this.refuse(error)));
        };
        this.declarations.all.forEach(add);
        this.check();
        const { types, library, queries, enums } = emitter.tables;
        this.classes = [];
        this.resetCoverage();
        const hits = [...this.files.values()].map((each) => each.hits);
        const build = new Function(
            'R',
            'K',
            'T',
            'L',
            'Q',
            'E',
            'C',
            `'use strict';\n${parts.join('\n')}`
        );
        build(support, this.classes, types, library, queries, enums, hits);
    }

    refuse(error) {
        if (!(error instanceof LoadError)) {
            throw error;
        }
        this.problems.push(error);
    }

    // ------------------------------------------------------------------------ coverage

    resetCoverage() {
        for (const [, file] of this.files) {
            file.hits = new Uint8Array(this.sources.get(file.name).split('\n').length + 2);
        }
    }

    /** @returns {object[]} one entry a class that is no test: lines, covered, missed */
    coverage() {
        return [...this.files.values()]
            .filter((file) => !file.decl.isTest && file.lines.size)
            .map(({ name, lines, hits }) => {
                const all = [...lines].sort((a, b) => a - b);
                const missed = all.filter((line) => !hits[line]);
                return { name, lines: all.length, covered: all.length - missed.length, missed };
            });
    }

    // --------------------------------------------------------------------------- values

    addEnum(type, names) {
        const values = names.map((name, ordinal) => new EnumValue(type, name, ordinal));
        this.enums.set(type.key, values);
    }

    valuesOf(type) {
        if (!this.enums.has(type.key) && type.library?.isEnum) {
            this.addEnum(
                type,
                [...type.library.constants.values()].map((each) => each.name)
            );
        }
        return this.enums.get(type.key) ?? [];
    }

    /** @returns {EnumValue|undefined} an enum's value by its name, in any case */
    enumValue(typeName, name) {
        const type = this.types.known.get(typeName.toLowerCase()) ?? this.types.of(typeName);
        const key = String(name).toLowerCase();
        return this.valuesOf(type).find((each) => each.name.toLowerCase() === key);
    }

    enumValues(ctx, type) {
        return new ApexList(this.types.collection('list', [type]), [...this.valuesOf(type)]);
    }

    enumOf(ctx, type, name) {
        return (
            this.enumValue(type.name, ctx.argument(name)) ??
            ctx.fault('NoSuchElementException', `No enum constant ${type.name}.${name}`)
        );
    }

    token(kind, key, make) {
        const name = `${kind}:${key}`;
        if (!this.tokens.has(name)) {
            this.tokens.set(name, make());
        }
        return this.tokens.get(name);
    }

    /** @returns {object} Lead.SObjectType: the same object for the same name */
    sobjectType(name) {
        return this.token('type', name, () => ({
            name,
            shown: () => name,
            apexType: this.types.of('Schema.SObjectType')
        }));
    }

    /** @returns {object} Lead.Name */
    sobjectField(object, name) {
        const field = this.types.schema.object(object).field(name);
        return this.token('field', `${object}.${name}`, () => ({ field, shown: () => name }));
    }

    /** @returns {object} an object that no constructor has seen */
    bareInstance(type) {
        return new this.classes[type.decl.id]();
    }

    /** @returns {Promise<object>} what Type.newInstance gives */
    async newInstance(ctx, type) {
        const empty = { list: 'ApexList', set: 'ApexSet', map: 'ApexMap' }[type.kind];
        if (empty) {
            return new support[empty](type);
        }
        const known = type.decl?.constructors ?? [];
        const isOpen = !known.length || known.some((each) => each.params.length === 0);
        if (type.kind !== 'class' || type.decl.isAbstract || !isOpen) {
            ctx.fault('TypeException', `Type cannot be constructed: ${type.name}`);
        }
        return support.newObject(ctx, this.classes[type.decl.id]);
    }
}

/**
 * @param {string} root force-app/main/default
 * @returns {Map<string, string>} its classes' texts by name
 */
export function readClasses(root) {
    const folder = join(root, 'classes');
    const names = existsSync(folder) ? readdirSync(folder, { recursive: true }).sort() : [];
    const files = names.filter((each) => each.endsWith('.cls'));
    return new Map(
        files.map((each) => [
            each.split(/[\\/]/).at(-1).slice(0, -'.cls'.length),
            readFileSync(join(folder, each), 'utf8')
        ])
    );
}

/**
 * @param {string} root force-app/main/default
 * @returns {Program} its classes, loaded
 */
export function load(root) {
    return new Program(readClasses(root), { schema: new Schema(root), labels: readLabels(root) });
}

/**
 * @param {string} root force-app/main/default
 * @returns {string} that changes with every class, label or field
 */
export function stateOf(root) {
    const parts = [];
    for (const name of ['classes', 'labels', 'objects']) {
        const folder = join(root, name);
        const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).sort() : [];
        for (const each of files) {
            const { mtimeMs, size } = statSync(join(folder, each));
            parts.push(`${each}:${mtimeMs}:${size}`);
        }
    }
    return parts.join('\n');
}
