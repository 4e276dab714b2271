/**
 * What stands between a Lightning component and an @AuraEnabled method: parameters in, value out.
 */
import { READING, readMember, typed } from '../library/json.mjs';
import { parseJson, JsonNumber } from '../library/json-text.mjs';
import { Decimal, Double } from './decimal.mjs';
import { messageOf, traceText } from './text.mjs';
import {
    ApexBlob,
    ApexDate,
    ApexDatetime,
    ApexException,
    ApexList,
    ApexMap,
    ApexSet,
    ApexTime,
    EnumValue,
    SObject
} from './values.mjs';

const isEnabled = (member) => member.annotations.has('auraenabled');

/** A call that the platform would not even begin. */
export class BadCall extends Error {}

/**
 * @param {object} program loaded
 * @param {string} className the controller
 * @param {string} methodName its method
 * @returns {object} the method
 */
export function enabledMethod(program, className, methodName) {
    const decl = program.types.topLevel.get(String(className).toLowerCase());
    const found = decl?.findMethods(String(methodName), true).filter(isEnabled) ?? [];
    if (found.length !== 1) {
        throw new BadCall(`No @AuraEnabled method ${className}.${methodName} found.`);
    }
    return found[0];
}

/**
 * @param {object} ctx the transaction
 * @param {object} method of `enabledMethod`
 * @param {Object<string, *>} params as JSON.parse gave them
 * @returns {Promise<Array>} the arguments, in the method's order
 */
export async function argumentsOf(ctx, method, params) {
    const known = new Set(method.params.map((each) => each.name));
    const strange = Object.keys(params).find((each) => !known.has(each));
    if (strange) {
        throw new BadCall(`${method.owner.name}.${method.name} has no parameter ${strange}.`);
    }
    const values = [];
    for (const { name, type } of method.params) {
        const json = parseJson(JSON.stringify(params[name] ?? null));
        values.push(await argument(ctx, name, type, json));
    }
    return values;
}

async function argument(ctx, name, type, json) {
    const reading = { ...READING, isStrict: true, accepts: isEnabled, isConstructed: true };
    checkKind(name, type, json);
    try {
        return await typed(ctx, json, type, reading);
    } catch (error) {
        if (!(error instanceof ApexException) || error.apexType.key !== 'jsonexception') {
            throw error;
        }
        throw new BadCall(
            `Value provided is invalid for action parameter '${name}' of type '${type}': ` +
                messageOf(error)
        );
    }
}

/** Text for a number and the like: JSON.deserialize is lenient there, a component's call is not. */
function checkKind(name, type, json) {
    const isNumber = json instanceof JsonNumber;
    const isWrong =
        (type.isText && (isNumber || typeof json === 'boolean')) ||
        (type.isNumber && typeof json === 'boolean') ||
        (type.key === 'boolean' && (isNumber || typeof json === 'string'));
    if (isWrong) {
        throw new BadCall(
            `Value provided is invalid for action parameter '${name}' of type '${type}'`
        );
    }
}

/**
 * @param {object} ctx the transaction
 * @param {*} value what the method returned
 * @returns {Promise<*>} plain data as the component gets it
 */
export async function returned(ctx, value) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') {
        return value;
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
        return Number(value);
    }
    const simple = SIMPLE.find(([kind]) => value instanceof kind);
    if (simple) {
        return simple[1](value);
    }
    if (value instanceof ApexList || value instanceof ApexSet) {
        const items = [];
        for (const each of value.walk()) {
            items.push(await returned(ctx, each));
        }
        return items;
    }
    const plain = {};
    for (const [name, each] of await pairsOf(ctx, value)) {
        if (each !== null || value instanceof ApexMap) {
            plain[name] = await returned(ctx, each);
        }
    }
    return plain;
}

const SIMPLE = [
    [Decimal, (value) => value.toNumber()],
    [Double, (value) => value.number],
    [ApexDatetime, (value) => value.toIso()],
    [ApexDate, String],
    [ApexTime, (value) => value.ms],
    [ApexBlob, (value) => value.bytes.toString('base64')],
    [EnumValue, (value) => value.name]
];

async function pairsOf(ctx, value) {
    if (value instanceof ApexMap) {
        return value.pairs().map(([key, each]) => [ctx.show(key), each]);
    }
    if (value instanceof SObject) {
        return [...value.values];
    }
    const members = value.apexType?.decl?.dataMembers().filter(isEnabled) ?? [];
    const pairs = [];
    for (const each of members) {
        pairs.push([each.name, await readMember(ctx, value, each)]);
    }
    return pairs;
}

/**
 * @param {*} error what a call ended with
 * @returns {{type: string, message: string, stack: string, is_user_defined: boolean}} as a component
 *     can be told
 */
export function errorOf(error) {
    if (!(error instanceof ApexException)) {
        const isBadCall = error instanceof BadCall;
        return {
            type: isBadCall ? 'aura.BadCall' : `runner.${error.name}`,
            message: error.message,
            stack: isBadCall ? '' : error.stack,
            is_user_defined: false
        };
    }
    const { fullName, key, decl } = error.apexType;
    const message = key === 'aurahandledexception' ? error.message : messageOf(error);
    return { type: fullName, message, stack: traceText(error), is_user_defined: Boolean(decl) };
}
