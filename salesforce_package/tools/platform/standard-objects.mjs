// The standard objects and their fields, as the Apex type check knows them: Java classes in a jar
// that comes with the PMD engine. Read here without Java, because a Java start costs a second.

import { closeSync, openSync, readSync, fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const FOLDER = 'com/nawforce/runforce/SObjects/';
const JAR = join(
    createRequire(import.meta.url).resolve('@salesforce/code-analyzer-pmd-engine/package.json'),
    '../dist/java-lib/sobject-types-65.0.0.jar'
);

// Sizes and places in a zip file and in a class file, as their formats say.
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;
const WIDTHS = { 3: 4, 4: 4, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 18: 4 };

let directory; // name of the object in lower case → where its class stands in the jar

/**
 * @param {string} name of a standard object, in any case
 * @returns {{name: string, fields: Map<string, {name: string, type: string}>} | undefined} its
 *     fields by their names in lower case; lookups' relationships are among them (`Owner`), with
 *     the object that they lead to as type
 */
export function standardObject(name) {
    directory ??= readDirectory();
    const entry = directory.get(name.toLowerCase());
    if (!entry) return undefined;
    entry.fields ??= readFields(contentOf(entry));
    return entry;
}

function reading(use) {
    const file = openSync(JAR);
    try {
        return use((at, length) => {
            const bytes = Buffer.alloc(length);
            readSync(file, bytes, 0, length, at);
            return bytes;
        }, fstatSync(file).size);
    } finally {
        closeSync(file);
    }
}

function readDirectory() {
    return reading((read, size) => {
        const end = read(size - END_LENGTH, END_LENGTH);
        const bytes = read(end.readUInt32LE(16), end.readUInt32LE(12));
        const entries = new Map();
        for (let at = 0; at < bytes.length;) {
            const nameLength = bytes.readUInt16LE(at + 28);
            const path = bytes.toString('utf8', at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength);
            if (path.startsWith(FOLDER) && path.endsWith('.class') && !path.includes('$')) {
                const name = path.slice(FOLDER.length, -'.class'.length);
                entries.set(name.toLowerCase(), {
                    name,
                    isStored: bytes.readUInt16LE(at + 10) === 0,
                    length: bytes.readUInt32LE(at + 20),
                    at: bytes.readUInt32LE(at + 42)
                });
            }
            at += ENTRY_LENGTH + nameLength;
            at +=
                bytes.readUInt16LE(at - nameLength - 16) + bytes.readUInt16LE(at - nameLength - 14);
        }
        return entries;
    });
}

function contentOf({ at, length, isStored }) {
    return reading((read) => {
        const local = read(at, LOCAL_LENGTH);
        const from = at + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28);
        const bytes = read(from, length);
        return isStored ? bytes : inflateRawSync(bytes);
    });
}

/** Fields of a class file: the names and types in its table of fields. */
function readFields(bytes) {
    const texts = new Map();
    let at = 10;
    for (let index = 1; index < bytes.readUInt16BE(8); index++) {
        const tag = bytes[at];
        if (tag === 1) {
            const length = bytes.readUInt16BE(at + 1);
            texts.set(index, bytes.toString('utf8', at + 3, at + 3 + length));
            at += 3 + length;
        } else if (tag === 5 || tag === 6) {
            at += 9;
            index++; // numbers of 8 bytes take two places
        } else {
            at += 1 + WIDTHS[tag];
        }
    }
    at += 6;
    at += 2 + 2 * bytes.readUInt16BE(at);
    const fields = new Map();
    let left = bytes.readUInt16BE(at);
    for (at += 2; left > 0; left--) {
        const name = texts.get(bytes.readUInt16BE(at + 2));
        const type = texts.get(bytes.readUInt16BE(at + 4));
        fields.set(name.toLowerCase(), { name, type: /([^/]+);$/.exec(type)?.[1] ?? type });
        let attributes = bytes.readUInt16BE(at + 6);
        for (at += 8; attributes > 0; attributes--) at += 6 + bytes.readUInt32BE(at + 2);
    }
    return fields;
}
