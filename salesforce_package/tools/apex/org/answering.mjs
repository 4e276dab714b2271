/**
 * Answers a query from a store.
 */
import { ApexList, ApexSet, SObject, compare, isNumber, keyOf, wholeId } from '../run/values.mjs';

/** @returns {ApexList|number} the rows, or how many there are for COUNT() */
export function answered(ctx, store, { plan, type }, binds) {
    const asked = { ctx, store, plan, binds };
    let rows = [...store.rows(plan.object).values()];
    if (plan.where) {
        rows = rows.filter((row) => isMet(asked, row, plan.where));
    }
    rows = ordered(asked, rows);
    const from = Number(valueOf(asked, plan.offset) ?? 0);
    const most = valueOf(asked, plan.limit);
    rows = rows.slice(from, most === null ? undefined : from + Number(most));
    if (plan.isCount) {
        return rows.length;
    }
    return new ApexList(
        type,
        rows.map((row) => selected(asked, plan.object, row, plan.fields))
    );
}

function valueOf({ binds }, source) {
    if (!source) {
        return null;
    }
    return 'bind' in source ? binds[source.bind] : source.value;
}

function at({ ctx, store }, row, path) {
    let current = row;
    for (const { lookup } of path.slice(0, -1)) {
        const id = current.get(lookup.name) ?? null;
        current = id && store.find(ctx, id);
        if (!current) {
            return null;
        }
    }
    return current.get(path.at(-1).field.name) ?? null;
}

function selected(asked, object, row, paths) {
    const { ctx } = asked;
    const record = new SObject(ctx.types.of(object.name), {}, new Set(['Id']));
    record.values.set('Id', row.get('Id'));
    for (const path of paths) {
        put(asked, record, row, path);
    }
    return record;
}

function put(asked, record, row, path) {
    const [first, ...rest] = path;
    if (first.field) {
        record.queried.add(first.field.name);
        const value = row.get(first.field.name) ?? null;
        if (value !== null) {
            record.values.set(first.field.name, value);
        }
        return;
    }
    const name = first.lookup.relationship;
    record.queried.add(name);
    const id = row.get(first.lookup.name) ?? null;
    const target = id && asked.store.find(asked.ctx, id);
    if (!target) {
        return;
    }
    const type = asked.ctx.types.of(first.lookup.target);
    const inner = record.values.get(name) ?? new SObject(type, {}, new Set(['Id']));
    inner.values.set('Id', id);
    put(asked, inner, target, rest);
    record.values.set(name, inner);
}

function ordered(asked, rows) {
    const sorted = [...rows];
    for (const { path, isDescending, isNullsLast } of [...asked.plan.order].reverse()) {
        sorted.sort((a, b) => {
            const [left, right] = [at(asked, a, path), at(asked, b, path)];
            if (left === null || right === null) {
                const nulls = left === right ? 0 : left === null ? -1 : 1;
                return isNullsLast ? -nulls : nulls;
            }
            const order = compare(folded(left), folded(right));
            return isDescending ? -order : order;
        });
    }
    return sorted;
}

function isMet(asked, row, condition) {
    switch (condition.kind) {
        case 'and':
            return condition.parts.every((each) => isMet(asked, row, each));
        case 'or':
            return condition.parts.some((each) => isMet(asked, row, each));
        case 'not':
            return !isMet(asked, row, condition.part);
        default:
            return isTrue(asked, at(asked, row, condition.path), condition);
    }
}

const folded = (value) => (typeof value === 'string' ? value.toLowerCase() : value);

function same(field, left, right) {
    if (field.apexType === 'Id') {
        return left === (typeof right === 'string' ? (wholeId(right) ?? right) : right);
    }
    return keyOf(folded(left)) === keyOf(folded(right));
}

function members(asked, source) {
    if (source.list) {
        return source.list.map((each) => valueOf(asked, each));
    }
    const value = valueOf(asked, source);
    if (value instanceof ApexList || value instanceof ApexSet) {
        return value.walk().map((each) => (each instanceof SObject ? each.values.get('Id') : each));
    }
    return value === null ? [] : [value];
}

const ORDER = {
    '<': (order) => order < 0,
    '>': (order) => order > 0,
    '<=': (order) => order <= 0,
    '>=': (order) => order >= 0
};

function isTrue(asked, value, { operator, source, path }) {
    const { field } = path.at(-1);
    if (operator === 'in' || operator === 'not in') {
        const isIn = members(asked, source).some((each) => same(field, value, each));
        return isIn === (operator === 'in');
    }
    const wanted = valueOf(asked, source);
    switch (operator) {
        case '=':
            return same(field, value, wanted);
        case '!=':
            return !same(field, value, wanted);
        case 'like':
            return value !== null && wanted !== null && likeOf(wanted).test(value);
        default: {
            if (value === null || wanted === null) {
                return false;
            }
            const both = isNumber(value) ? [value, wanted] : [folded(value), folded(wanted)];
            return ORDER[operator](compare(...both));
        }
    }
}

function likeOf(pattern) {
    const source = pattern.replace(/\\?[\s\S]/g, (each) => {
        if (each === '%') {
            return '[\\s\\S]*';
        }
        if (each === '_') {
            return '[\\s\\S]';
        }
        const plain = each.length > 1 ? each[1] : each;
        return plain.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    });
    return new RegExp(`^${source}$`, 'iu');
}
