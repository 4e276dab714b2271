/**
 * + - * / and their kin, by the type that both sides have been brought to.
 */
import { Decimal, Double } from './decimal.mjs';
import { ApexDate, ApexDatetime, compare } from './values.mjs';

const DAY_MS = 86400000;

function divisor(ctx, value, isZero) {
    return isZero ? ctx.fault('MathException', 'Divide by 0') : value;
}

const integer = {
    '+': (ctx, a, b) => (a + b) | 0,
    '-': (ctx, a, b) => (a - b) | 0,
    '*': (ctx, a, b) => Math.imul(a, b),
    '/': (ctx, a, b) => Math.trunc(a / divisor(ctx, b, b === 0)) | 0,
    '&': (ctx, a, b) => a & b,
    '|': (ctx, a, b) => a | b,
    '^': (ctx, a, b) => a ^ b,
    '<<': (ctx, a, b) => a << b,
    '>>': (ctx, a, b) => a >> b,
    '>>>': (ctx, a, b) => (a >>> b) | 0
};

const wrapped = (value) => BigInt.asIntN(64, value);
const long = {
    '+': (ctx, a, b) => wrapped(a + b),
    '-': (ctx, a, b) => wrapped(a - b),
    '*': (ctx, a, b) => wrapped(a * b),
    '/': (ctx, a, b) => wrapped(a / divisor(ctx, b, b === 0n)),
    '&': (ctx, a, b) => a & b,
    '|': (ctx, a, b) => a | b,
    '^': (ctx, a, b) => a ^ b,
    '<<': (ctx, a, b) => wrapped(a << (b & 63n)),
    '>>': (ctx, a, b) => a >> (b & 63n),
    '>>>': (ctx, a, b) => wrapped(BigInt.asUintN(64, a) >> (b & 63n))
};

const decimal = {
    '+': (ctx, a, b) => a.plus(b),
    '-': (ctx, a, b) => a.minus(b),
    '*': (ctx, a, b) => a.times(b),
    '/': (ctx, a, b) => a.over(divisor(ctx, b, b.unscaled === 0n))
};

const double = {
    '+': (ctx, a, b) => new Double(a.number + b.number),
    '-': (ctx, a, b) => new Double(a.number - b.number),
    '*': (ctx, a, b) => new Double(a.number * b.number),
    '/': (ctx, a, b) => new Double(a.number / divisor(ctx, b, b.number === 0).number)
};

const boolean = {
    '&': (ctx, a, b) => a && b,
    '|': (ctx, a, b) => a || b,
    '^': (ctx, a, b) => a !== b
};

function whole(days) {
    return typeof days === 'number' ? days : Decimal.of(days).toNumber();
}

const date = {
    '+': (ctx, a, b) => new ApexDate(a.days + Math.trunc(whole(b))),
    '-': (ctx, a, b) => new ApexDate(a.days - Math.trunc(whole(b)))
};

const datetime = {
    '+': (ctx, a, b) => new ApexDatetime(a.ms + Math.round(whole(b) * DAY_MS)),
    '-': (ctx, a, b) => new ApexDatetime(a.ms - Math.round(whole(b) * DAY_MS))
};

/** Operators by the (lower-case) name of the type they work in. */
export const OPERATORS = { integer, long, decimal, double, boolean, date, datetime };

/** @returns {*} left operator right; null is a fault */
export function operate(ctx, kind, operator, left, right) {
    return OPERATORS[kind][operator](ctx, ctx.nn(left), ctx.nn(right));
}

const TESTS = {
    '<': (order) => order < 0,
    '>': (order) => order > 0,
    '<=': (order) => order <= 0,
    '>=': (order) => order >= 0
};

/** @returns {boolean} left operator right; false with a null, as the platform has it */
export function isOrdered(operator, left, right) {
    if (left === null || right === null) {
        return false;
    }
    const isText = typeof left === 'string' && typeof right === 'string';
    return TESTS[operator](
        isText ? compare(left.toLowerCase(), right.toLowerCase()) : compare(left, right)
    );
}
