/**
 * A parser of JSON that keeps how a number was written (1.50 is not 1.5) and says where it stopped.
 *
 * Objects become Maps, arrays arrays, numbers JsonNumbers.
 */
import { Decimal, Double } from '../run/decimal.mjs';

/** The text is no JSON. */
export class JsonSyntaxError extends Error {}

/** A number as it was written. */
export class JsonNumber {
    constructor(text) {
        this.text = text;
    }

    /** @returns {JsonNumber|null} of a number, or of text that is one */
    static of(json) {
        if (json instanceof JsonNumber) {
            return json;
        }
        const isNumber = typeof json === 'string' && Decimal.parse(json) !== null;
        return isNumber ? new JsonNumber(json.trim()) : null;
    }

    /** @returns {number|undefined} as an Integer */
    integer() {
        const value = this.long();
        return value !== undefined && BigInt.asIntN(32, value) === value
            ? Number(value)
            : undefined;
    }

    /** @returns {bigint|undefined} as a Long */
    long() {
        const value = this.decimal();
        return value.stripped(0).scale === 0 && !this.text.includes('.')
            ? value.whole()
            : undefined;
    }

    decimal() {
        return Decimal.parse(this.text);
    }

    double() {
        return new Double(Number(this.text));
    }

    /** @returns {number|bigint|Decimal} Integer, Long or Decimal, whichever holds it */
    untyped() {
        if (/[.eE]/.test(this.text)) {
            return this.decimal();
        }
        return this.integer() ?? this.long();
    }

    toString() {
        return this.text;
    }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SPACE = /[ \t\r\n]*/y;
const WORDS = { t: ['true', true], f: ['false', false], n: ['null', null] };

class Reader {
    constructor(text) {
        this.text = text;
        this.at = 0;
    }

    taken(pattern) {
        pattern.lastIndex = this.at;
        const match = pattern.exec(this.text);
        if (match) {
            this.at += match[0].length;
        }
        return match?.[0] ?? null;
    }

    next() {
        this.taken(SPACE);
        return this.text[this.at];
    }

    refuse(expected) {
        const lines = this.text.slice(0, this.at).split('\n');
        const place = `at [line:${lines.length}, column:${lines.at(-1).length + 1}]`;
        const letter = this.text[this.at];
        throw new JsonSyntaxError(
            letter === undefined
                ? `Unexpected end-of-input: expected ${expected} ${place}`
                : `Unexpected character ('${letter}' (code ${letter.codePointAt(0)})): ` +
                      `expected ${expected} ${place}`
        );
    }

    expect(letter) {
        if (this.next() !== letter) {
            this.refuse(`'${letter}'`);
        }
        this.at += 1;
    }

    value() {
        const letter = this.next();
        if (letter === '{') {
            return this.object();
        }
        if (letter === '[') {
            return this.array();
        }
        if (letter === '"') {
            return this.string();
        }
        const word = WORDS[letter];
        if (word && this.text.startsWith(word[0], this.at)) {
            this.at += word[0].length;
            return word[1];
        }
        const number = this.taken(NUMBER);
        return number === null
            ? this.refuse(
                  "a valid value (number, String, array, object, 'true', 'false' or 'null')"
              )
            : new JsonNumber(number);
    }

    string() {
        const text = this.taken(STRING);
        return text === null ? this.refuse('a valid string') : JSON.parse(text);
    }

    object() {
        const members = new Map();
        this.at += 1;
        if (this.next() === '}') {
            this.at += 1;
            return members;
        }
        for (;;) {
            if (this.next() !== '"') {
                this.refuse('double-quote to start field name');
            }
            const name = this.string();
            this.expect(':');
            members.set(name, this.value());
            if (this.next() !== ',') {
                this.expect('}');
                return members;
            }
            this.at += 1;
        }
    }

    array() {
        const items = [];
        this.at += 1;
        if (this.next() === ']') {
            this.at += 1;
            return items;
        }
        for (;;) {
            items.push(this.value());
            if (this.next() !== ',') {
                this.expect(']');
                return items;
            }
            this.at += 1;
        }
    }
}

/**
 * @param {string} text JSON
 * @returns {*} what it says
 */
export function parseJson(text) {
    if (text.trim() === '') {
        throw new JsonSyntaxError('No content to map to Object due to end of input');
    }
    const reader = new Reader(text);
    const value = reader.value();
    if (reader.next() !== undefined) {
        reader.refuse('the end of the text');
    }
    return value;
}
