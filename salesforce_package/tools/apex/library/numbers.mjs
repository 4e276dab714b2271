/**
 * Integer, Long, Decimal, Double, Boolean and Math.
 */
import { Decimal, Double } from '../run/decimal.mjs';
import { toDecimal, toDouble, toInteger, toLong } from '../run/conversions.mjs';
import { platformClass, platformEnum } from './define.mjs';

function grouped(text) {
    const [whole, fraction] = text.split('.');
    const shown = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction ? `${shown}.${fraction}` : shown;
}

function wholeNumber(ctx, text, kind, least, most) {
    const trimmed = ctx.argument(text).trim();
    const value = /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : null;
    if (value === null || value < least || value > most) {
        ctx.fault('TypeException', `Invalid ${kind}: ${text}`);
    }
    return value;
}

const [INT_MIN, INT_MAX] = [-(2n ** 31n), 2n ** 31n - 1n];
const [LONG_MIN, LONG_MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

const IntegerClass = platformClass('Integer', {
    'static Integer valueOf(String)': (ctx, text) =>
        Number(wholeNumber(ctx, text, 'integer', INT_MIN, INT_MAX)),
    'static Integer valueOf(Object)': (ctx, value) => {
        if (typeof value === 'string') {
            return Number(wholeNumber(ctx, value, 'integer', INT_MIN, INT_MAX));
        }
        return toInteger(ctx.argument(value));
    },
    'String format()': (ctx, value) => grouped(String(value))
});

const LongClass = platformClass('Long', {
    'static Long valueOf(String)': (ctx, text) =>
        wholeNumber(ctx, text, 'long', LONG_MIN, LONG_MAX),
    'Integer intValue()': (ctx, value) => toInteger(value),
    'String format()': (ctx, value) => grouped(String(value))
});

function parsed(ctx, text) {
    const value = Decimal.parse(ctx.argument(text));
    return value ?? ctx.fault('TypeException', `Invalid decimal: ${text}`);
}

const RoundingMode = platformEnum('RoundingMode', [
    'CEILING',
    'DOWN',
    'FLOOR',
    'HALF_DOWN',
    'HALF_EVEN',
    'HALF_UP',
    'UNNECESSARY',
    'UP'
]);

const ROUND = {
    HALF_UP: (value, scale) => value.rounded(scale),
    HALF_EVEN: (value, scale) => value.rounded(scale, true),
    DOWN: (value, scale) =>
        scale >= value.scale
            ? value.rounded(scale)
            : new Decimal(value.unscaled / 10n ** BigInt(value.scale - scale), scale)
};
ROUND.FLOOR = (value, scale) => stepped(value, scale, -1);
ROUND.CEILING = (value, scale) => stepped(value, scale, 1);

function stepped(value, scale, direction) {
    const cut = ROUND.DOWN(value, scale);
    return value.compare(cut) === direction ? cut.plus(new Decimal(BigInt(direction), scale)) : cut;
}

function rounded(ctx, value, scale, mode) {
    const round = ROUND[mode.name];
    return round
        ? round(value, scale)
        : ctx.fault('UnexpectedException', `RoundingMode.${mode.name} is not played here`);
}

const DecimalClass = platformClass('Decimal', {
    'static Decimal valueOf(String)': parsed,
    'static Decimal valueOf(Long)': (ctx, value) => Decimal.of(value),
    'static Decimal valueOf(Double)': (ctx, value) => Decimal.of(value),
    'Decimal abs()': (ctx, value) =>
        value.unscaled < 0n ? new Decimal(-value.unscaled, value.scale) : value,
    'Integer intValue()': (ctx, value) => toInteger(value),
    'Long longValue()': (ctx, value) => toLong(value),
    'Double doubleValue()': (ctx, value) => toDouble(value),
    'Long round()': (ctx, value) => value.rounded(0, true).unscaled,
    'Long round(RoundingMode)': (ctx, value, mode) => rounded(ctx, value, 0, mode).unscaled,
    'Decimal setScale(Integer)': (ctx, value, scale) => value.rounded(scale),
    'Decimal setScale(Integer,RoundingMode)': rounded,
    'Integer scale()': (ctx, value) => value.scale,
    'Decimal stripTrailingZeros()': (ctx, value) => value.stripped(0),
    'String toPlainString()': (ctx, value) => String(value),
    'String format()': (ctx, value) => grouped(String(value.rounded(Math.min(value.scale, 3))))
});

const DoubleClass = platformClass('Double', {
    'static Double valueOf(String)': (ctx, text) => toDouble(parsed(ctx, text)),
    'static Double valueOf(Object)': (ctx, value) => toDouble(ctx.argument(value)),
    'Integer intValue()': (ctx, value) => toInteger(value),
    'Long longValue()': (ctx, value) => toLong(value),
    'Long round()': (ctx, value) => BigInt(Math.round(value.number)),
    'String format()': (ctx, value) => grouped(value.plain())
});

const BooleanClass = platformClass('Boolean', {
    'static Boolean valueOf(String)': (ctx, text) => ctx.argument(text).toLowerCase() === 'true',
    'static Boolean valueOf(Object)': (ctx, value) => {
        if (typeof value === 'boolean') {
            return value;
        }
        return typeof value === 'string'
            ? value.toLowerCase() === 'true'
            : ctx.fault('TypeException', 'Invalid boolean');
    }
});

const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a > b ? a : b);
const decimals = (pick) => (ctx, a, b) => {
    const order = ctx.nn(a).compare(ctx.nn(b));
    return pick === least ? (order <= 0 ? a : b) : order >= 0 ? a : b;
};

const MathClass = platformClass('Math', {
    'static Integer abs(Integer)': (ctx, value) => Math.abs(ctx.nn(value)) | 0,
    'static Long abs(Long)': (ctx, value) => (ctx.nn(value) < 0n ? -value : value),
    'static Decimal abs(Decimal)': (ctx, value) =>
        ctx.nn(value).unscaled < 0n ? new Decimal(-value.unscaled, value.scale) : value,
    'static Integer min(Integer,Integer)': (ctx, a, b) => least(ctx.nn(a), ctx.nn(b)),
    'static Long min(Long,Long)': (ctx, a, b) => least(ctx.nn(a), ctx.nn(b)),
    'static Decimal min(Decimal,Decimal)': decimals(least),
    'static Integer max(Integer,Integer)': (ctx, a, b) => most(ctx.nn(a), ctx.nn(b)),
    'static Long max(Long,Long)': (ctx, a, b) => most(ctx.nn(a), ctx.nn(b)),
    'static Decimal max(Decimal,Decimal)': decimals(most),
    'static Integer mod(Integer,Integer)': (ctx, a, b) =>
        ctx.nn(b) === 0 ? ctx.fault('MathException', 'Divide by 0') : (ctx.nn(a) % b) | 0,
    'static Long mod(Long,Long)': (ctx, a, b) =>
        ctx.nn(b) === 0n ? ctx.fault('MathException', 'Divide by 0') : ctx.nn(a) % b,
    'static Decimal ceil(Decimal)': (ctx, value) => ROUND.CEILING(ctx.nn(value), 0),
    'static Decimal floor(Decimal)': (ctx, value) => ROUND.FLOOR(ctx.nn(value), 0),
    'static Integer round(Decimal)': (ctx, value) => toInteger(ctx.nn(value).rounded(0)),
    'static Long roundToLong(Decimal)': (ctx, value) => ctx.nn(value).rounded(0).unscaled,
    'static Double pow(Double,Double)': (ctx, a, b) =>
        new Double(ctx.nn(a).number ** ctx.nn(b).number),
    'static Double sqrt(Double)': (ctx, value) => new Double(Math.sqrt(ctx.nn(value).number)),
    'static Double random()': () => new Double(Math.random()),
    'static Integer signum(Decimal)': (ctx, value) => ctx.nn(value).compare(toDecimal(0))
});

export const numbers = [
    IntegerClass,
    LongClass,
    DecimalClass,
    DoubleClass,
    BooleanClass,
    MathClass,
    RoundingMode
];
