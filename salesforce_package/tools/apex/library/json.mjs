/**
 * JSON: how values become text and text becomes values.
 */
import { Decimal, Double } from '../run/decimal.mjs';
import { fromRest } from '../org/fields.mjs';
import {
    ApexBlob,
    ApexDate,
    ApexDatetime,
    ApexException,
    ApexList,
    ApexMap,
    ApexObject,
    ApexSet,
    ApexTime,
    EnumValue,
    SObject,
    wholeId
} from '../run/values.mjs';
import { platformClass } from './define.mjs';
import { JsonNumber, JsonSyntaxError, parseJson } from './json-text.mjs';

// ------------------------------------------------------------------------------- writing

/** @returns {Promise<string>} the value as JSON */
export async function toJson(ctx, value, { isNullLeftOut = false, indent = null } = {}) {
    return written(ctx, value, { isNullLeftOut, indent, depth: 0 });
}

function primitive(value) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') {
        return JSON.stringify(value);
    }
    if (typeof value !== 'object' || value instanceof Decimal || value instanceof Double) {
        return String(value);
    }
    if (value instanceof ApexDatetime) {
        return JSON.stringify(value.toIso());
    }
    if (value instanceof ApexDate || value instanceof ApexTime) {
        return JSON.stringify(String(value));
    }
    if (value instanceof ApexBlob) {
        return JSON.stringify(value.bytes.toString('base64'));
    }
    return value instanceof EnumValue ? JSON.stringify(value.name) : null;
}

async function written(ctx, value, style) {
    const plain = primitive(value);
    if (plain !== null) {
        return plain;
    }
    const deeper = { ...style, depth: style.depth + 1 };
    if (value instanceof ApexList || value instanceof ApexSet) {
        const items = [];
        for (const each of value.walk()) {
            items.push(await written(ctx, each, deeper));
        }
        return style.indent === null ? `[${items.join()}]` : `[ ${items.join(', ')} ]`;
    }
    const pairs = [];
    for (const [name, each] of await pairsOf(ctx, value)) {
        if (each !== null || !style.isNullLeftOut) {
            pairs.push([JSON.stringify(name), await written(ctx, each, deeper)]);
        }
    }
    return braced(pairs, style);
}

function braced(pairs, { indent, depth }) {
    if (indent === null || pairs.length === 0) {
        return `{${pairs.map(([name, text]) => `${name}:${text}`).join()}}`;
    }
    const inner = `\n${indent.repeat(depth + 1)}`;
    const lines = pairs.map(([name, text]) => `${inner}${name} : ${text}`);
    return `{${lines.join()}\n${indent.repeat(depth)}}`;
}

async function pairsOf(ctx, value) {
    if (value instanceof ApexMap) {
        return value.pairs().map(([key, each]) => [ctx.show(key), each]);
    }
    if (value instanceof SObject) {
        return recordPairs(ctx, value);
    }
    if (value instanceof ApexObject && !(value instanceof ApexException)) {
        const pairs = [];
        for (const each of value.apexType.decl.dataMembers()) {
            pairs.push([each.name, await readMember(ctx, value, each)]);
        }
        return pairs;
    }
    return ctx.fault(
        'JSONException',
        `Apex Type unsupported in JSON: ${value.apexType?.fullName ?? 'Object'}`
    );
}

function recordPairs(ctx, record) {
    const type = record.apexType.name;
    const attributes = [['type', type]];
    const id = record.values.get('Id');
    if (id) {
        attributes.push(['url', `/services/data/v65.0/sobjects/${type}/${id}`]);
    }
    const text = ctx.types.of('String');
    return [['attributes', ctx.map(text, text, attributes)], ...record.values];
}

/** @returns {Promise<*>} what a field or property of an object holds */
export async function readMember(ctx, object, member) {
    return member.getterName ? object[member.getterName](ctx) : object[member.jsName];
}

/** Sets a field or property of an object. */
export async function writeMember(ctx, object, member, value) {
    if (member.setterName) {
        await object[member.setterName](ctx, value);
    } else {
        object[member.jsName] = value;
    }
}

// ------------------------------------------------------------------------------- reading

/**
 * How JSON becomes typed values. `isStrict`: members that the class lacks are refused. `accepts`
 * says which members may be filled (null: all). `isConstructed`: objects come from their
 * constructor, as with an LWC's parameters; JSON.deserialize does without.
 */
export const READING = { isStrict: false, accepts: null, isConstructed: false };

/** @returns {*} the JSON in the text, not typed yet */
export function parsedJson(ctx, text) {
    try {
        return parseJson(ctx.argument(text));
    } catch (error) {
        if (error instanceof JsonSyntaxError) {
            ctx.fault('JSONException', error.message);
        }
        throw error;
    }
}

/** @returns {*} parsed JSON as maps, lists and simple values */
export function untyped(ctx, json) {
    if (json instanceof JsonNumber) {
        return json.untyped();
    }
    if (Array.isArray(json)) {
        return ctx.list(
            ctx.types.any,
            json.map((each) => untyped(ctx, each))
        );
    }
    if (json instanceof Map) {
        const pairs = [...json].map(([name, each]) => [name, untyped(ctx, each)]);
        return ctx.map(ctx.types.of('String'), ctx.types.any, pairs);
    }
    return json;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** @returns {number|null} the instant of an ISO text, null if it is none */
export function isoInstant(text) {
    if (!ISO.test(text)) {
        return null;
    }
    const ms = Date.parse(
        text
            .replace(' ', 'T')
            .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
            .replace(/(T[\d:.]+)$/, '$1Z')
    );
    return Number.isNaN(ms) ? null : ms;
}

const SIMPLE = {
    string: (json) => (json instanceof Map || Array.isArray(json) ? undefined : String(json)),
    id: (json) => (typeof json === 'string' ? (wholeId(json) ?? undefined) : undefined),
    boolean: (json) =>
        typeof json === 'boolean' ? json : ({ true: true, false: false }[json] ?? undefined),
    integer: (json) => JsonNumber.of(json)?.integer(),
    long: (json) => JsonNumber.of(json)?.long(),
    decimal: (json) => JsonNumber.of(json)?.decimal(),
    double: (json) => JsonNumber.of(json)?.double(),
    datetime: (json) => {
        const ms = typeof json === 'string' ? isoInstant(json) : null;
        return ms === null ? undefined : new ApexDatetime(ms);
    },
    date: (json) => {
        const isDay = typeof json === 'string' && /^\d{4}-\d\d-\d\d$/.test(json);
        return isDay ? new ApexDate(Date.parse(`${json}T00:00:00Z`) / 86400000) : undefined;
    },
    blob: (json) =>
        typeof json === 'string' ? new ApexBlob(Buffer.from(json, 'base64')) : undefined
};

function illegal(ctx, json, type) {
    const isSimple = !(json instanceof Map || Array.isArray(json));
    return ctx.fault(
        'JSONException',
        isSimple
            ? `Illegal value for ${type.kind === 'primitive' ? 'primitive' : type.name}: ${json}`
            : `Illegal value for primitive: expected ${type.name}`
    );
}

/** @returns {Promise<*>} parsed JSON as a value of the type */
export async function typed(ctx, json, type, reading = READING) {
    if (json === null) {
        return null;
    }
    if (type.kind === 'any') {
        return untyped(ctx, json);
    }
    if (type.kind === 'primitive') {
        const value = SIMPLE[type.key]?.(json);
        return value === undefined ? illegal(ctx, json, type) : value;
    }
    if (type.kind === 'list' || type.kind === 'set') {
        return listOf(ctx, json, type, reading);
    }
    if (type.kind === 'map' && json instanceof Map) {
        return mapOf(ctx, json, type, reading);
    }
    if (type.kind === 'enum') {
        return ctx.program.enumValue(type.name, json) ?? illegal(ctx, json, type);
    }
    if (type.kind === 'sobject' && json instanceof Map) {
        return recordOf(ctx, json, type);
    }
    return type.kind === 'class' && json instanceof Map
        ? objectOf(ctx, json, type, reading)
        : unreadable(ctx, json, type);
}

function unreadable(ctx, json, type) {
    return type.kind === 'library'
        ? ctx.fault('JSONException', `Apex Type unsupported in JSON: ${type.name}`)
        : illegal(ctx, json, type);
}

async function listOf(ctx, json, type, reading) {
    if (!Array.isArray(json)) {
        return ctx.fault(
            'JSONException',
            `Malformed JSON: Expected '[' at the beginning of ${type.name}`
        );
    }
    const items = [];
    for (const each of json) {
        items.push(await typed(ctx, each, type.args[0], reading));
    }
    return type.kind === 'list' ? new ApexList(type, items) : new ApexSet(type, items);
}

async function mapOf(ctx, json, type, reading) {
    const map = new ApexMap(type);
    for (const [name, each] of json) {
        map.put(
            await typed(ctx, name, type.args[0]),
            await typed(ctx, each, type.args[1], reading)
        );
    }
    return map;
}

function recordOf(ctx, json, type) {
    const values = {};
    for (const [name, each] of json) {
        if (name === 'attributes') {
            continue;
        }
        const field = type.sobject.field(name);
        if (!field) {
            ctx.fault('JSONException', `No such column '${name}' on sobject of type ${type.name}`);
        }
        values[field.name] = fromRest(ctx, field, each instanceof JsonNumber ? each.text : each);
    }
    return new SObject(type, values);
}

async function objectOf(ctx, json, type, reading) {
    const { decl } = type;
    if (decl.kind === 'interface' || decl.isAbstract) {
        ctx.fault('JSONException', `Apex Type unsupported in JSON: ${type.name}`);
    }
    const object = reading.isConstructed
        ? await ctx.program.newInstance(ctx, type)
        : ctx.program.bareInstance(type);
    for (const [name, each] of json) {
        const member = decl.dataMembers().find((known) => known.lname === name.toLowerCase());
        if (member && (!reading.accepts || reading.accepts(member))) {
            await writeMember(ctx, object, member, await typed(ctx, each, member.type, reading));
        } else if (reading.isStrict) {
            ctx.fault('JSONException', `Unknown field: ${type.name}.${name}`);
        }
    }
    return object;
}

const read = (isStrict) => (ctx, text, type) =>
    typed(ctx, parsedJson(ctx, text), ctx.nn(type).type, { ...READING, isStrict });

const JsonClass = platformClass('JSON', {
    'async static String serialize(Object)': (ctx, value) => toJson(ctx, value),
    'async static String serialize(Object,Boolean)': (ctx, value, isNullLeftOut) =>
        toJson(ctx, value, { isNullLeftOut }),
    'async static String serializePretty(Object)': (ctx, value) =>
        toJson(ctx, value, { indent: '  ' }),
    'async static String serializePretty(Object,Boolean)': (ctx, value, isNullLeftOut) =>
        toJson(ctx, value, { isNullLeftOut, indent: '  ' }),
    'async static Object deserialize(String,Type)': read(false),
    'async static Object deserializeStrict(String,Type)': read(true),
    'static Object deserializeUntyped(String)': (ctx, text) => untyped(ctx, parsedJson(ctx, text))
});

export const json = [JsonClass];
