/**
 * What Apex values are here.
 *
 * Integer: number. Long: bigint. Boolean, String: JavaScript's own. Id: a string of 18. null: null.
 * Everything else is an object of a class below, with `apexType`.
 */
import { Decimal, Double } from './decimal.mjs';

/** An object of a class of the package. Its generated class sets `apexType` on the prototype. */
export class ApexObject {}

/** Any exception, the platform's or the package's own. */
export class ApexException extends ApexObject {
    constructor(type) {
        super();
        if (type) {
            Object.defineProperty(this, 'apexType', { value: type });
        }
        this.message = null;
        this.cause = null;
        this.trace = [];
        this.isMessageSet = false;
        this.dml = null;
    }
}

/** A value of an enum. */
export class EnumValue {
    constructor(apexType, name, ordinal) {
        this.apexType = apexType;
        this.name = name;
        this.ordinal = ordinal;
    }
}

/** A Date: a day without time or zone. */
export class ApexDate {
    /** @param {number} days since 1970-01-01 */
    constructor(days) {
        this.days = days;
    }

    static of(year, month, day) {
        return new ApexDate(Date.UTC(year, month - 1, day) / 86400000);
    }

    toString() {
        return new Date(this.days * 86400000).toISOString().slice(0, 10);
    }
}

/** A Datetime: an instant. */
export class ApexDatetime {
    /** @param {number} ms since 1970 */
    constructor(ms) {
        this.ms = ms;
    }

    toIso() {
        return new Date(this.ms).toISOString();
    }
}

/** A Time of day. */
export class ApexTime {
    /** @param {number} ms since midnight */
    constructor(ms) {
        this.ms = ms;
    }

    toString() {
        return `${new Date(this.ms).toISOString().slice(11)}`;
    }
}

/** A Blob. */
export class ApexBlob {
    /** @param {Buffer} bytes what it holds */
    constructor(bytes) {
        this.bytes = bytes;
    }
}

/** An id of Salesforce. */
const ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;
const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * @param {string} text 15 or 18 characters
 * @returns {string|null} the id of 18, null if it is none
 */
export function wholeId(text) {
    const trimmed = text.trim();
    if (!ID.test(trimmed)) {
        return null;
    }
    const short = trimmed.slice(0, 15);
    let suffix = '';
    for (let block = 0; block < 3; block += 1) {
        let bits = 0;
        for (let at = 0; at < 5; at += 1) {
            if (/[A-Z]/.test(short[block * 5 + at])) {
                bits += 2 ** at;
            }
        }
        suffix += CHECKSUM[bits];
    }
    if (trimmed.length === 15) {
        return short + suffix;
    }
    return trimmed.slice(15).toUpperCase() === suffix ? short + suffix : null;
}

/** A list; `apexType` is its List<T>. `busy` counts the loops that walk it. */
export class ApexList {
    constructor(apexType, items = []) {
        this.apexType = apexType;
        this.items = items;
        this.busy = 0;
    }

    get size() {
        return this.items.length;
    }

    walk() {
        return this.items;
    }
}

/** A set, in the order in which its members came. */
export class ApexSet {
    constructor(apexType, values = []) {
        this.apexType = apexType;
        this.entries = new Map();
        this.busy = 0;
        for (const each of values) {
            this.entries.set(keyOf(each), each);
        }
    }

    get size() {
        return this.entries.size;
    }

    walk() {
        return [...this.entries.values()];
    }
}

/** A map, in the order in which its keys came. */
export class ApexMap {
    constructor(apexType, pairs = []) {
        this.apexType = apexType;
        this.entries = new Map();
        this.busy = 0;
        for (const [key, value] of pairs) {
            this.put(key, value);
        }
    }

    get size() {
        return this.entries.size;
    }

    get(key) {
        return this.entries.get(keyOf(key))?.[1] ?? null;
    }

    put(key, value) {
        const before = this.get(key);
        this.entries.set(keyOf(key), [key, value]);
        return before;
    }

    pairs() {
        return [...this.entries.values()];
    }
}

/** A record. `queried` names the fields that a query asked for; null for one made in Apex. */
export class SObject {
    constructor(apexType, values = {}, queried = null) {
        this.apexType = apexType;
        this.values = new Map(Object.entries(values));
        this.queried = queried;
    }
}

/**
 * @param {*} value of Apex
 * @returns {*} what tells it from others in a set, as a map's key and in Assert.areEqual
 */
export function keyOf(value) {
    if (value === null || typeof value === 'boolean') {
        return value;
    }
    if (typeof value === 'string') {
        return `s${value}`;
    }
    if (isNumber(value)) {
        return `n${Decimal.of(value).stripped(0)}`;
    }
    if (value instanceof ApexDate) {
        return `d${value.days}`;
    }
    if (value instanceof ApexDatetime) {
        return `t${value.ms}`;
    }
    if (value instanceof ApexTime) {
        return `h${value.ms}`;
    }
    if (value instanceof ApexBlob) {
        return `b${value.bytes.toString('base64')}`;
    }
    return deepKey(value);
}

function deepKey(value) {
    if (value instanceof ApexList) {
        return `[${value.items.map(shownKey).join()}]`;
    }
    if (value instanceof ApexSet) {
        return `{${value.walk().map(shownKey).sort().join()}}`;
    }
    if (value instanceof ApexMap) {
        const pairs = value.pairs().map(([key, each]) => `${shownKey(key)}=${shownKey(each)}`);
        return `{${pairs.sort().join()}}`;
    }
    if (value instanceof SObject) {
        const pairs = [...value.values].map(([key, each]) => `${key}=${shownKey(each)}`);
        return `${value.apexType.name}(${pairs.sort().join()})`;
    }
    return value;
}

const numbers = new WeakMap();
let lastNumber = 0;

function shownKey(value) {
    const key = keyOf(value);
    if (key === null || typeof key !== 'object') {
        return JSON.stringify(key);
    }
    if (!numbers.has(key)) {
        lastNumber += 1;
        numbers.set(key, lastNumber);
    }
    return `#${numbers.get(key)}`;
}

/** @returns {boolean} whether an Integer, Long, Double or Decimal */
export function isNumber(value) {
    return (
        typeof value === 'number' ||
        typeof value === 'bigint' ||
        value instanceof Decimal ||
        value instanceof Double
    );
}

/** @returns {boolean} what == says: text without regard to case, all else by value */
export function isEqual(left, right) {
    if (typeof left === 'string' && typeof right === 'string') {
        return left === right || left.toLowerCase() === right.toLowerCase();
    }
    return keyOf(left) === keyOf(right);
}

/** @returns {number} below, equal, above: what < and sort() go by; both not null */
export function compare(left, right) {
    if (isNumber(left)) {
        return Decimal.of(left).compare(Decimal.of(right));
    }
    const [mine, theirs] = [orderOf(left), orderOf(right)];
    return mine < theirs ? -1 : Number(mine > theirs);
}

function orderOf(value) {
    if (value instanceof ApexDate) {
        return value.days * 86400000;
    }
    if (value instanceof ApexDatetime || value instanceof ApexTime) {
        return value.ms;
    }
    return value instanceof EnumValue ? value.ordinal : value;
}
