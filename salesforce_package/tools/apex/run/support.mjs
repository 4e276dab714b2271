/**
 * What generated code calls: `R` in it.
 */
import { parseQuery, LoadError } from '../compile/parse.mjs';
import { planned, QueryProblem } from '../compile/queries.mjs';
import { itemAt, setItem } from '../library/collections.mjs';
import { userOf } from '../library/platform.mjs';
import { operate, isOrdered } from './arithmetic.mjs';
import { TO_NUMBER, toDatetime, toId } from './conversions.mjs';
import { Decimal } from './decimal.mjs';
import { ApexException, ApexList, ApexMap, ApexObject, ApexSet, isEqual } from './values.mjs';

/** === : the same object; simple values by value. */
function isSame(left, right) {
    const isSimple = [left, right].some((each) => each === null || typeof each !== 'object');
    return isSimple
        ? left === right
        : left === right || (left instanceof Decimal && isEqual(left, right));
}

async function isEqualByMethod(ctx, left, right) {
    if (left === null || right === null) {
        return left === right;
    }
    return ctx.call(left, 'equals', [right]);
}

/** An object by the constructor of that name, or by the one that every class has. */
async function newObject(ctx, generated, constructorName, ...args) {
    const object = new generated();
    const { outermost } = object.apexType.decl;
    if (!ctx.statics[outermost.id]) {
        await ctx.initialise(outermost.id);
    }
    if (object instanceof ApexException) {
        object.trace = ctx.trace();
    }
    if (constructorName) {
        await object[constructorName](ctx, ...args);
    } else {
        await construct(ctx, object, generated);
    }
    return object;
}

/** What a constructor without parameters does, declared or not. */
async function construct(ctx, object, generated) {
    const { decl } = generated.prototype.apexType;
    const own = decl.constructors.find((each) => each.params.length === 0);
    if (own) {
        await object[own.jsName](ctx);
        return;
    }
    if (decl.superDecl) {
        await construct(ctx, object, Object.getPrototypeOf(generated));
    }
    await object[`init${decl.id}`](ctx);
}

async function newException(ctx, generated, message, cause) {
    const exception = new generated();
    exception.trace = ctx.trace();
    await fieldsOf(ctx, exception, generated);
    return fillException(exception, message, cause);
}

async function fieldsOf(ctx, exception, generated) {
    const { decl } = generated.prototype.apexType;
    if (decl.superDecl) {
        await fieldsOf(ctx, exception, Object.getPrototypeOf(generated));
    }
    await exception[`init${decl.id}`](ctx);
}

function fillException(exception, message, cause) {
    exception.message = message;
    exception.cause = cause;
    return exception;
}

/** A query out of text: prepared when it runs, with what the code around it has in its variables. */
async function dynamicQuery(ctx, text, values, isCount, mode) {
    const prepared = await ctx.data.prepare(ctx, ctx.nn(text), (source) => {
        try {
            const tree = parseQuery(source);
            return { tree, ...planned(tree, ctx.types.schema) };
        } catch (error) {
            if (error instanceof QueryProblem || error instanceof LoadError) {
                return ctx.fault('QueryException', error.message);
            }
            throw error;
        }
    });
    const binds = prepared.names.map((name) => valueNamed(ctx, values, name));
    if (mode?.name === 'USER_MODE' && prepared.plan) {
        prepared.plan.isUserMode = true;
    }
    const result = await ctx.query(prepared, binds);
    return isCount && result instanceof ApexList ? result.items.length : result;
}

function valueNamed(ctx, values, name) {
    if (values instanceof ApexMap) {
        const pair = values.pairs().find(([key]) => key.toLowerCase() === name.toLowerCase());
        return pair ? pair[1] : missing(ctx, name);
    }
    const read = values[name.toLowerCase()];
    return read ? read() : missing(ctx, name);
}

function missing(ctx, name) {
    return ctx.fault('QueryException', `Variable does not exist: ${name}`);
}

/** Says what a platform object is, for instanceof and JSON. */
function made(object, type) {
    if (object !== null && typeof object === 'object' && !object.apexType) {
        Object.defineProperty(object, 'apexType', { value: type });
    }
    return object;
}

function emptyArray(type, size) {
    return new ApexList(type, new Array(size).fill(null));
}

export const support = {
    ApexException,
    ApexList,
    ApexMap,
    ApexObject,
    ApexSet,
    Decimal,
    TO_NUMBER,
    construct,
    dynamicQuery,
    emptyArray,
    fillException,
    isEqual,
    isEqualByMethod,
    isOrdered,
    isSame,
    itemAt,
    made,
    newException,
    newObject,
    operate,
    setItem,
    toDatetime,
    toId,
    userOf
};
