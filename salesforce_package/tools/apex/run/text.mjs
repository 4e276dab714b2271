/**
 * What a value looks like as text: String.valueOf, concatenation, debug, the asserts.
 */
import { Decimal, Double } from './decimal.mjs';
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
    SObject
} from './values.mjs';
import { formatted } from './zones.mjs';

/**
 * @param {*} value of Apex
 * @param {string} zone the user's
 * @returns {string} its text
 */
export function shown(value, zone) {
    if (value === null || typeof value !== 'object') {
        return String(value);
    }
    for (const [kind, show] of SHOWN) {
        if (value instanceof kind) {
            return show(value, zone);
        }
    }
    return value.shown?.(zone) ?? value.apexType?.name ?? '';
}

function listed(values, zone) {
    return values.map((each) => shown(each, zone)).join(', ');
}

function members(pairs, zone) {
    return pairs.map(([name, value]) => `${name}=${shown(value, zone)}`).join(', ');
}

const SHOWN = [
    [Decimal, String],
    [Double, String],
    [ApexDate, (value) => `${value} 00:00:00`],
    [ApexDatetime, (value, zone) => formatted(value.ms, 'yyyy-MM-dd HH:mm:ss', zone)],
    [ApexTime, String],
    [ApexBlob, (value) => `Blob[${value.bytes.length}]`],
    [EnumValue, (value) => value.name],
    [ApexList, (value, zone) => `(${listed(value.items, zone)})`],
    [ApexSet, (value, zone) => `{${listed(value.walk(), zone)}}`],
    [ApexMap, (value, zone) => `{${members(value.pairs().map(keyShown(zone)), zone)}}`],
    [ApexException, (value) => `${value.apexType.fullName}: ${messageOf(value)}`],
    [SObject, (value, zone) => `${value.apexType.name}:{${members([...value.values], zone)}}`],
    [ApexObject, (value, zone) => `${value.apexType.name}:[${members(fieldsOf(value), zone)}]`]
];

function keyShown(zone) {
    return ([key, value]) => [shown(key, zone), value];
}

/**
 * @param {ApexObject} value an object of the package
 * @returns {Array<[string, *]>} its fields that hold their value themselves, as declared
 */
export function fieldsOf(value) {
    return value.apexType.decl.storedFields().map((each) => [each.name, value[each.jsName]]);
}

/**
 * @param {ApexException} exception any
 * @returns {string} what getMessage says
 */
export function messageOf(exception) {
    const type = exception.apexType;
    if (type.key === 'aurahandledexception' && !exception.isMessageSet) {
        return 'Script-thrown exception';
    }
    return exception.message ?? (type.decl ? 'Script-thrown exception' : null);
}

/**
 * @param {ApexException} exception any
 * @returns {string} what getStackTraceString says
 */
export function traceText(exception) {
    return exception.trace.join('\n');
}
