/**
 * From one type to another: implicitly, by a cast, and `instanceof`.
 */
import { Decimal, Double } from './decimal.mjs';
import { ApexBlob, ApexDate, ApexDatetime, ApexTime, wholeId } from './values.mjs';

const PRIMITIVE_OF = [
    [Decimal, 'Decimal'],
    [Double, 'Double'],
    [ApexDate, 'Date'],
    [ApexDatetime, 'Datetime'],
    [ApexTime, 'Time'],
    [ApexBlob, 'Blob']
];
const SIMPLE = { string: 'String', boolean: 'Boolean', number: 'Integer', bigint: 'Long' };

/**
 * @param {object} types of the program
 * @param {*} value not null
 * @returns {object} the type that it has at run time
 */
export function typeOf(types, value) {
    const simple = SIMPLE[typeof value];
    if (simple) {
        return types.of(simple);
    }
    const primitive = PRIMITIVE_OF.find(([kind]) => value instanceof kind);
    return primitive ? types.of(primitive[1]) : value.apexType;
}

/** @returns {boolean} what instanceof says; null is an instance of nothing */
export function isInstance(types, value, type) {
    if (value === null) {
        return false;
    }
    if (typeof value === 'string' && type.key === 'id') {
        return wholeId(value) !== null;
    }
    return types.isSubtype(typeOf(types, value), type);
}

/** @returns {*} the value as `type`; a TypeException if it is none */
export function castValue(ctx, value, type) {
    if (value === null || isInstance(ctx.types, value, type)) {
        return value;
    }
    const from = typeOf(ctx.types, value);
    if (type.isNumber && from.isNumber && ctx.types.fits(from, type)) {
        return TO_NUMBER[type.key](value);
    }
    if (from.key === 'date' && type.key === 'datetime') {
        return toDatetime(value);
    }
    return ctx.fault(
        'TypeException',
        `Invalid conversion from runtime type ${from.name} to ${type.name}`
    );
}

/** @returns {bigint|null} a number as a Long */
export function toLong(value) {
    if (value === null || typeof value === 'bigint') {
        return value;
    }
    return BigInt.asIntN(64, typeof value === 'number' ? BigInt(value) : Decimal.of(value).whole());
}

/** @returns {number|null} a number as an Integer, wrapped round as the platform wraps it */
export function toInteger(value) {
    return value === null ? null : Number(BigInt.asIntN(32, toLong(value)));
}

/** @returns {Decimal|null} a number as a Decimal */
export function toDecimal(value) {
    return value === null ? null : Decimal.of(value);
}

/** @returns {Double|null} a number as a Double */
export function toDouble(value) {
    if (value === null || value instanceof Double) {
        return value;
    }
    return new Double(value instanceof Decimal ? value.toNumber() : Number(value));
}

/** @returns {ApexDatetime|null} midnight GMT of a day */
export function toDatetime(value) {
    return value === null ? null : new ApexDatetime(value.days * 86400000);
}

/** @returns {string|null} text as an Id of 18 */
export function toId(ctx, value) {
    return value === null
        ? null
        : (wholeId(value) ?? ctx.fault('StringException', `Invalid id: ${value}`));
}

/** How a number becomes one of another type. */
export const TO_NUMBER = {
    integer: toInteger,
    long: toLong,
    decimal: toDecimal,
    double: toDouble
};
