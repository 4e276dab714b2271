/**
 * One transaction: who runs it, its statics, its stack of calls, what it has used up.
 *
 * Every generated function gets it as `ctx`; nothing of a transaction is kept anywhere else, so
 * that many can run side by side.
 */
import { messageOf, shown } from './text.mjs';
import { ApexException, ApexList, ApexMap, ApexObject, ApexSet, SObject } from './values.mjs';
import { castValue, isInstance } from './conversions.mjs';

/** Source: Apex Developer Guide, "Execution Governors and Limits", synchronous. */
export const LIMITS = { callouts: 100, queries: 100, dml: 150, cpuMs: 10000, depth: 1000 };

const UNCATCHABLE = new Set(['limitexception', 'assertexception']);

/** Something in the code that is not played here. Never caught by Apex. */
export class NotPlayed extends Error {}

/** One transaction. */
export class Context {
    /**
     * @param {object} program what `load` gave
     * @param {object} options user {id, name, …}, org {id}, data (store or REST), sendRequest,
     *     isTest, now
     */
    constructor(program, { user, org, data, sendRequest, isTest = false }) {
        this.program = program;
        this.types = program.types;
        this.user = user;
        this.org = org;
        this.data = data;
        this.sendRequest = sendRequest;
        this.isTest = isTest;
        this.statics = [];
        this.frames = [];
        this.mocks = new Map();
        this.used = { callouts: 0, queries: 0, dml: 0 };
        this.hasUncommittedWork = false;
        this.isStarted = false;
        this.debugged = [];
        this.waitedMs = 0;
        this.startedMs = performance.now();
        this.ticks = 0;
    }

    /** @returns {string} the running user's zone */
    get zone() {
        return this.user.time_zone;
    }

    /** @returns {number} what this transaction has worked, without waiting for others */
    get ownMs() {
        return performance.now() - this.startedMs - this.waitedMs;
    }

    // ------------------------------------------------------------------------ calls

    /** A method begins. */
    enter(where) {
        if (this.frames.length >= LIMITS.depth) {
            this.fault('LimitException', `Maximum stack depth reached: ${LIMITS.depth + 1}`);
        }
        const frame = { where, line: 0 };
        this.frames.push(frame);
        return frame;
    }

    /** A method ends. */
    leave() {
        this.frames.pop();
    }

    /** @returns {string[]} where we are, innermost first */
    trace() {
        return this.frames
            .map(({ where, line }) => `Class.${where}: line ${line}, column 1`)
            .reverse();
    }

    /** A class is used for the first time: its static fields and blocks. */
    async initialise(id) {
        const generated = this.program.classes[id];
        this.statics[id] = generated.newStatics();
        await generated.clinit?.(this);
        return this.statics[id];
    }

    /** Another turn of a loop: the limit of CPU time, so that an endless loop ends. */
    tick() {
        this.ticks += 1;
        if ((this.ticks & 255) === 0 && this.ownMs > LIMITS.cpuMs) {
            this.fault('LimitException', 'Apex CPU time limit exceeded');
        }
    }

    /** Calls a method by name, for what the platform calls itself (respond, compareTo). */
    async call(object, name, args) {
        const method = object.apexType.decl
            .findMethods(name, false)
            .find((each) => each.params.length === args.length);
        if (!method) {
            throw new NotPlayed(`${object.apexType} has no method ${name}`);
        }
        return object[method.jsName](this, ...args);
    }

    // ------------------------------------------------------------------- exceptions

    /** Throws an exception of the platform's. */
    fault(typeName, message, cause = null) {
        throw this.exception(typeName, message, cause);
    }

    /** @returns {ApexException} an exception of the platform's, not thrown yet */
    exception(typeName, message, cause = null) {
        const exception = new ApexException(this.types.of(typeName));
        exception.message = message;
        exception.cause = cause;
        exception.trace = this.trace();
        return exception;
    }

    /** @returns {*} the value; null is a fault */
    nn(value) {
        return value ?? this.fault('NullPointerException', 'Attempt to de-reference a null object');
    }

    /** @returns {*} the value; null is a fault, with the platform's words for an argument */
    argument(value) {
        return value ?? this.fault('NullPointerException', 'Argument cannot be null.');
    }

    /** @returns {ApexException} what a catch may look at; throws on what Apex cannot catch */
    caught(thrown) {
        if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
            return this.caught(
                this.exception('LimitException', 'Maximum stack depth reached: 1001')
            );
        }
        if (!(thrown instanceof ApexException) || UNCATCHABLE.has(thrown.apexType.key)) {
            throw thrown;
        }
        return thrown;
    }

    /** `throw` with what it throws. */
    thrown(exception) {
        return this.nn(exception);
    }

    // ----------------------------------------------------------------- values' types

    is(value, type) {
        return isInstance(this.types, value, type);
    }

    cast(value, type) {
        return castValue(this, value, type);
    }

    /** @returns {string} text of anything but an object with a toString of its own */
    show(value) {
        return shown(value, this.zone);
    }

    /** @returns {Promise<string>} text, by the object's own toString if it has one */
    async textOf(value) {
        if (value instanceof ApexException) {
            return `${value.apexType.fullName}: ${messageOf(value)}`;
        }
        if (value instanceof ApexObject) {
            const own = value.apexType.decl.findMethods('toString', false);
            if (own.some((each) => each.params.length === 0)) {
                return this.call(value, 'toString', []);
            }
        }
        return this.show(value);
    }

    // ---------------------------------------------------------------------- loops

    /** @yields {*} the members of a list or set, which must stay as it is meanwhile */
    *each(collection) {
        const walked = this.nn(collection);
        walked.busy += 1;
        try {
            for (const item of walked.walk()) {
                this.tick();
                yield item;
            }
        } finally {
            walked.busy -= 1;
        }
    }

    /** A collection is about to be changed. */
    changing(collection) {
        if (collection.busy > 0) {
            this.fault('FinalException', 'Cannot modify a collection while it is being iterated.');
        }
        return collection;
    }

    list(elementType, items) {
        return new ApexList(this.types.collection('list', [elementType]), items);
    }

    set(elementType, items) {
        return new ApexSet(this.types.collection('set', [elementType]), items);
    }

    map(keyType, valueType, pairs) {
        return new ApexMap(this.types.collection('map', [keyType, valueType]), pairs);
    }

    // ----------------------------------------------------------------------- data

    /** Counts towards a limit. */
    use(what, words) {
        this.used[what] += 1;
        if (this.used[what] > LIMITS[what]) {
            this.fault('LimitException', `Too many ${words}: ${this.used[what]}`);
        }
    }

    /** @returns {Promise<ApexList|number>} the rows of a query, or the number that COUNT() gives */
    async query(prepared, binds) {
        this.use('queries', 'SOQL queries');
        return this.data.query(this, prepared, binds);
    }

    /** Checks that a query gave exactly one row. */
    single(list) {
        if (list.items.length === 0) {
            this.fault('QueryException', 'List has no rows for assignment to SObject');
        }
        if (list.items.length > 1) {
            this.fault('QueryException', 'List has more than 1 row for assignment to SObject');
        }
        return list.items[0];
    }

    /** @returns {*} a field of a record */
    field(record, name) {
        const row = this.nn(record);
        const value = row.values.get(name);
        if (value !== undefined) {
            return value;
        }
        if (row.queried && !row.queried.has(name)) {
            this.fault(
                'SObjectException',
                'SObject row was retrieved via SOQL without querying the requested field: ' +
                    `${row.apexType.name}.${name}`
            );
        }
        return null;
    }

    /** Sets a field of a record. */
    setField(record, name, value) {
        this.nn(record).values.set(name, value);
        return value;
    }

    newRecord(type, values) {
        return new SObject(type, values);
    }
}
