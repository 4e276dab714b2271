/**
 * What types there are, and which value fits where.
 *
 * A type is one object for one name: two types are the same exactly if they are the same object.
 */

/** The numbers, narrowest first: each fits every one after it. */
const NUMBERS = ['integer', 'long', 'double', 'decimal'];

/** One type of Apex. */
export class Type {
    /**
     * @param {string} kind primitive, any, null, void, list, set, map, class, enum, sobject, library
     * @param {string} name as Apex shows it
     * @param {{args?: Type[], decl?: object, library?: object, sobject?: object}} more what it is of
     */
    constructor(kind, name, { args = [], decl = null, library = null, sobject = null } = {}) {
        this.kind = kind;
        this.name = name;
        this.key = name.toLowerCase();
        this.args = args;
        this.decl = decl;
        this.library = library;
        this.sobject = sobject;
    }

    /** @returns {boolean} whether it is one of Integer, Long, Double, Decimal */
    get isNumber() {
        return this.kind === 'primitive' && NUMBERS.includes(this.key);
    }

    /** @returns {boolean} whether text: String or Id */
    get isText() {
        return this.kind === 'primitive' && (this.key === 'string' || this.key === 'id');
    }

    /** @returns {boolean} whether it is an exception's type */
    get isException() {
        if (this.library) {
            return Boolean(this.library.isException);
        }
        return Boolean(this.decl?.superType?.isException);
    }

    /** @returns {string} what getTypeName and stack traces say */
    get fullName() {
        return this.library ? `System.${this.name}` : this.name;
    }

    /** @returns {object} what X.class is: the same object for the same type */
    get token() {
        this.ownToken ??= { type: this, shown: () => this.name };
        return this.ownToken;
    }

    toString() {
        return this.name;
    }
}

const PRIMITIVES = [
    'Integer',
    'Long',
    'Double',
    'Decimal',
    'String',
    'Id',
    'Boolean',
    'Date',
    'Datetime',
    'Time',
    'Blob'
];

/** All types of one program: the built-in ones, the library's, the org's objects and the classes. */
export class Types {
    /**
     * @param {{library: Map<string, object>, schema: object}} world what is there without the classes
     */
    constructor({ library, schema }) {
        this.library = library;
        this.schema = schema;
        this.known = new Map();
        this.topLevel = new Map();
        for (const name of PRIMITIVES) {
            this.add(new Type('primitive', name));
        }
        this.any = this.add(new Type('any', 'Object'));
        this.sobject = this.add(new Type('sobject', 'SObject'));
        this.null = new Type('null', 'null');
        this.void = new Type('void', 'void');
    }

    /** Remembers a type under its name. */
    add(type) {
        this.known.set(type.key, type);
        return type;
    }

    /** @returns {Type} a built-in type, such as of('Integer') */
    of(name) {
        const type = this.known.get(name.toLowerCase()) ?? this.builtIn(name);
        if (!type) {
            throw new Error(`no such built-in type: ${name}`);
        }
        return type;
    }

    /** @returns {Type} List<args[0]>, Set<args[0]> or Map<args[0],args[1]> */
    collection(kind, args) {
        const shown = { list: 'List', set: 'Set', map: 'Map' }[kind];
        const name = `${shown}<${args.map((each) => each.name).join(',')}>`;
        return (
            this.known.get(name.toLowerCase()) ??
            this.add(new Type(kind, name, { args, library: this.library.get(kind) }))
        );
    }

    /** @returns {Type|null} a library class or an sObject by its simple name */
    builtIn(name) {
        const key = name.toLowerCase();
        const known = this.known.get(key);
        if (known && known.kind !== 'class' && known.kind !== 'enum') {
            return known;
        }
        const library = this.library.get(key);
        if (library && !library.isGeneric) {
            return this.add(new Type('library', library.name, { library }));
        }
        const object = this.schema.object(key);
        return object ? this.add(new Type('sobject', object.name, { sobject: object })) : null;
    }

    /**
     * @param {string[]} path the parts of a dotted name
     * @param {object|null} scope the class declaration from which it is named
     * @returns {Type|null} what it names there: an inner class before a top one before the platform's
     */
    find(path, scope) {
        const named = this.walk(this.findFirst(path[0], scope), path.slice(1));
        if (named || path.length === 1 || !NAMESPACES.has(path[0].toLowerCase())) {
            return named;
        }
        return this.walk(this.builtIn(path[1]), path.slice(2));
    }

    walk(first, rest) {
        let type = first;
        for (const part of rest) {
            type = this.innerOf(type, part);
        }
        return type ?? null;
    }

    /** @returns {Type} a generic class of the library: Iterator<String> */
    generic(library, args) {
        if (['list', 'set', 'map'].includes(library.key)) {
            return this.collection(library.key, args);
        }
        const name = `${library.name}<${args.map((each) => each.name).join(',')}>`;
        return (
            this.known.get(name.toLowerCase()) ??
            this.add(new Type('library', name, { args, library }))
        );
    }

    findFirst(name, scope) {
        for (let each = scope; each; each = each.outer) {
            for (let at = each; at; at = at.superType?.decl) {
                const inner = at.inner.get(name.toLowerCase());
                if (inner) {
                    return inner.type;
                }
            }
            if (each.simpleName.toLowerCase() === name.toLowerCase()) {
                return each.type;
            }
        }
        return this.topLevel.get(name.toLowerCase())?.type ?? this.builtIn(name);
    }

    innerOf(type, name) {
        const inner = type?.decl?.inner.get(name.toLowerCase());
        if (inner) {
            return inner.type;
        }
        return type ? this.builtIn(`${type.name}.${name}`) : null;
    }

    /** @returns {boolean} whether `from` is `to` or below it */
    isSubtype(from, to) {
        if (from === to || to.kind === 'any') {
            return true;
        }
        if (from.kind === 'list' || from.kind === 'set' || from.kind === 'map') {
            return this.isCollectionSubtype(from, to);
        }
        if (from.kind === 'sobject' && to.kind === 'sobject') {
            return to === this.sobject;
        }
        if (from.isException && to.key === 'exception') {
            return true;
        }
        const above = [from.decl?.superType, ...(from.decl?.interfaces ?? [])];
        return above.some((each) => each && this.isSubtype(each, to));
    }

    isCollectionSubtype(from, to) {
        if (to.kind === 'library' && to.key.startsWith('iterable<')) {
            return from.kind !== 'map' && this.isSubtype(from.args[0], to.args[0]);
        }
        return (
            from.kind === to.kind &&
            from.args.every(
                (each, index) =>
                    this.isSubtype(each, to.args[index]) ||
                    (from.kind === 'list' && each === this.sobject && to.args[0].kind === 'sobject')
            )
        );
    }

    /** @returns {boolean} whether a value of `from` may be assigned to `to` without a cast */
    fits(from, to) {
        if (from.kind === 'void' || to.kind === 'void') {
            return false;
        }
        if (from.kind === 'null' || this.isSubtype(from, to)) {
            return true;
        }
        if (from.isNumber && to.isNumber) {
            return (
                NUMBERS.indexOf(from.key) <= NUMBERS.indexOf(to.key) ||
                (from.key === 'decimal' && to.key === 'double')
            );
        }
        if (from.isText && to.isText) {
            return true;
        }
        return from.key === 'date' && to.key === 'datetime';
    }

    /** @returns {number|null} how far `from` is from `to` (0 = the same), null if it doesn't fit */
    distance(from, to) {
        if (from === to) {
            return 0;
        }
        if (!this.fits(from, to)) {
            return null;
        }
        if (to.kind === 'any') {
            return 100;
        }
        if (from.isNumber) {
            return 1 + Math.abs(NUMBERS.indexOf(to.key) - NUMBERS.indexOf(from.key));
        }
        return this.isSubtype(from, to) ? 1 + this.depth(from, to) : 10;
    }

    depth(from, to) {
        let steps = 0;
        for (let at = from; at && at !== to; at = at.decl?.superType) {
            steps += 1;
        }
        return steps;
    }

    /** @returns {boolean} whether a cast from `from` to `to` can ever succeed */
    canCast(from, to) {
        if (this.fits(from, to) || this.fits(to, from)) {
            return true;
        }
        const isOpen = (type) => type.decl?.kind === 'interface' || type.kind === 'any';
        if (isOpen(from) || isOpen(to)) {
            return true;
        }
        return (
            from.kind === to.kind &&
            ['list', 'map', 'set'].includes(from.kind) &&
            from.args.every((each, index) => this.canCast(each, to.args[index]))
        );
    }
}

/** Names that may stand before a library class. */
export const NAMESPACES = new Set([
    'system',
    'database',
    'schema',
    'connectapi',
    'aura',
    'test',
    'auth',
    'messaging'
]);
