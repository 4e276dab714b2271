/**
 * List, Set, Map and Iterator.
 */
import {
    ApexDate,
    ApexDatetime,
    ApexList,
    ApexMap,
    ApexObject,
    ApexSet,
    EnumValue,
    SObject,
    compare,
    isNumber,
    keyOf
} from '../run/values.mjs';
import { NotPlayed } from '../run/context.mjs';
import { platformClass } from './define.mjs';

function place(ctx, list, at, end = list.items.length - 1) {
    if (ctx.nn(at) < 0 || at > end) {
        ctx.fault('ListException', `List index out of bounds: ${at}`);
    }
    return at;
}

/** list[at] */
export function itemAt(ctx, list, at) {
    return ctx.nn(list).items[place(ctx, list, at)];
}

/** list[at] = value */
export function setItem(ctx, list, at, value) {
    ctx.nn(list).items[place(ctx, list, at)] = value;
    return value;
}

function hasOwnEquals(value) {
    return (
        value instanceof ApexObject && value.apexType.decl?.findMethods('equals', false).length > 0
    );
}

/** A key or a member: the package's own equals() and hashCode() are not played. */
function plainKey(value) {
    if (hasOwnEquals(value)) {
        throw new NotPlayed(
            `equals() of ${value.apexType} in a set, a map or a search is not played`
        );
    }
    return value;
}

async function naturalOrder(ctx, left, right) {
    if (left === null || right === null) {
        return left === right ? 0 : left === null ? -1 : 1;
    }
    if (left instanceof ApexObject) {
        if (!left.apexType.decl?.findMethods('compareTo', false).length) {
            ctx.fault('ListException', `One or more of the items in this list is not Comparable.`);
        }
        return ctx.call(left, 'compareTo', [right]);
    }
    const isSimple =
        ['string', 'boolean'].includes(typeof left) ||
        isNumber(left) ||
        [ApexDate, ApexDatetime, EnumValue].some((kind) => left instanceof kind);
    if (!isSimple) {
        throw new NotPlayed('sort() of such values is not played');
    }
    return compare(left, right);
}

/** Merges halves: the order may have to be asked of the package's code, and equals keep theirs. */
async function sorted(items, order) {
    if (items.length < 2) {
        return items;
    }
    const half = Math.ceil(items.length / 2);
    const left = await sorted(items.slice(0, half), order);
    const right = await sorted(items.slice(half), order);
    const merged = [];
    let [at, other] = [0, 0];
    while (at < left.length && other < right.length) {
        if ((await order(left[at], right[other])) <= 0) {
            merged.push(left[at]);
            at += 1;
        } else {
            merged.push(right[other]);
            other += 1;
        }
    }
    return [...merged, ...left.slice(at), ...right.slice(other)];
}

function indexOf(list, value) {
    const key = keyOf(plainKey(value));
    return list.items.findIndex((each) => keyOf(each) === key);
}

function deepCopy(value) {
    return value instanceof SObject
        ? new SObject(value.apexType, Object.fromEntries(value.values), value.queried)
        : value;
}

const ListClass = platformClass(
    'List',
    {
        'new()': () => [],
        'new(List<T>)': (ctx, other) => [...ctx.nn(other).items],
        'new(Set<T>)': (ctx, other) => ctx.nn(other).walk(),
        'void add(T)': (ctx, self, value) => void ctx.changing(self).items.push(value),
        'void add(Integer,T)': (ctx, self, at, value) =>
            void ctx.changing(self).items.splice(place(ctx, self, at, self.size), 0, value),
        'void addAll(List<T>)': (ctx, self, other) =>
            void ctx.changing(self).items.push(...ctx.nn(other).items),
        'void addAll(Set<T>)': (ctx, self, other) =>
            void ctx.changing(self).items.push(...ctx.nn(other).walk()),
        'void clear()': (ctx, self) => void (ctx.changing(self).items.length = 0),
        'List<T> clone()': (ctx, self) => new ApexList(self.apexType, [...self.items]),
        'List<T> deepClone()': (ctx, self) => new ApexList(self.apexType, self.items.map(deepCopy)),
        'Boolean contains(T)': (ctx, self, value) => indexOf(self, value) >= 0,
        'Boolean equals(Object)': (ctx, self, other) => keyOf(self) === keyOf(other),
        'T get(Integer)': itemAt,
        'Integer indexOf(T)': (ctx, self, value) => indexOf(self, value),
        'Boolean isEmpty()': (ctx, self) => self.items.length === 0,
        'Iterator<T> iterator()': (ctx, self) => ({ items: self.items, at: 0 }),
        'T remove(Integer)': (ctx, self, at) =>
            ctx.changing(self).items.splice(place(ctx, self, at), 1)[0],
        'void set(Integer,T)': (ctx, self, at, value) => void setItem(ctx, self, at, value),
        'Integer size()': (ctx, self) => self.items.length,
        'async void sort()': async (ctx, self) => {
            ctx.changing(self);
            self.items = await sorted(self.items, (a, b) => naturalOrder(ctx, a, b));
        },
        'async void sort(Comparator<T>)': async (ctx, self, comparator) => {
            ctx.changing(self);
            ctx.nn(comparator);
            self.items = await sorted(self.items, (a, b) =>
                ctx.call(comparator, 'compare', [a, b])
            );
        },
        'Schema.SObjectType getSObjectType()': (ctx, self) =>
            self.apexType.args[0].sobject
                ? ctx.program.sobjectType(self.apexType.args[0].name)
                : null,
        'String toString()': (ctx, self) => ctx.show(self)
    },
    { isGeneric: true, typeParams: ['T'] }
);

function addTo(ctx, set, values) {
    const before = set.size;
    ctx.changing(set);
    for (const each of values) {
        const key = keyOf(plainKey(each));
        if (!set.entries.has(key)) {
            set.entries.set(key, each);
        }
    }
    return set.size > before;
}

function removeFrom(ctx, set, values) {
    const before = set.size;
    ctx.changing(set);
    for (const each of values) {
        set.entries.delete(keyOf(each));
    }
    return set.size < before;
}

function retain(ctx, set, values) {
    const kept = new Set(values.map(keyOf));
    return removeFrom(
        ctx,
        set,
        set.walk().filter((each) => !kept.has(keyOf(each)))
    );
}

const has = (set) => (each) => set.entries.has(keyOf(each));

const SetClass = platformClass(
    'Set',
    {
        'new()': () => [],
        'new(List<T>)': (ctx, other) => ctx.nn(other).walk(),
        'new(Set<T>)': (ctx, other) => ctx.nn(other).walk(),
        'Boolean add(T)': (ctx, self, value) => addTo(ctx, self, [value]),
        'Boolean addAll(List<T>)': (ctx, self, other) => addTo(ctx, self, ctx.nn(other).walk()),
        'Boolean addAll(Set<T>)': (ctx, self, other) => addTo(ctx, self, ctx.nn(other).walk()),
        'void clear()': (ctx, self) => ctx.changing(self).entries.clear(),
        'Set<T> clone()': (ctx, self) => new ApexSet(self.apexType, self.walk()),
        'Boolean contains(T)': (ctx, self, value) => has(self)(plainKey(value)),
        'Boolean containsAll(List<T>)': (ctx, self, other) => ctx.nn(other).walk().every(has(self)),
        'Boolean containsAll(Set<T>)': (ctx, self, other) => ctx.nn(other).walk().every(has(self)),
        'Boolean equals(Object)': (ctx, self, other) => keyOf(self) === keyOf(other),
        'Boolean isEmpty()': (ctx, self) => self.size === 0,
        'Iterator<T> iterator()': (ctx, self) => ({ items: self.walk(), at: 0 }),
        'Boolean remove(T)': (ctx, self, value) => removeFrom(ctx, self, [value]),
        'Boolean removeAll(List<T>)': (ctx, self, other) =>
            removeFrom(ctx, self, ctx.nn(other).walk()),
        'Boolean removeAll(Set<T>)': (ctx, self, other) =>
            removeFrom(ctx, self, ctx.nn(other).walk()),
        'Boolean retainAll(List<T>)': (ctx, self, other) => retain(ctx, self, ctx.nn(other).walk()),
        'Boolean retainAll(Set<T>)': (ctx, self, other) => retain(ctx, self, ctx.nn(other).walk()),
        'Integer size()': (ctx, self) => self.size,
        'String toString()': (ctx, self) => ctx.show(self)
    },
    { isGeneric: true, typeParams: ['T'] }
);

function byId(ctx, list) {
    return ctx.nn(list).items.map((each) => [ctx.field(each, 'Id'), each]);
}

const MapClass = platformClass(
    'Map',
    {
        'new()': () => [],
        'new(Map<K,V>)': (ctx, other) => ctx.nn(other).pairs(),
        'new(List<V>)': byId,
        'void clear()': (ctx, self) => ctx.changing(self).entries.clear(),
        'Map<K,V> clone()': (ctx, self) => new ApexMap(self.apexType, self.pairs()),
        'Boolean containsKey(K)': (ctx, self, key) => self.entries.has(keyOf(plainKey(key))),
        'Boolean equals(Object)': (ctx, self, other) => keyOf(self) === keyOf(other),
        'V get(K)': (ctx, self, key) => self.get(plainKey(key)),
        'Boolean isEmpty()': (ctx, self) => self.size === 0,
        'Set<K> keySet()': (ctx, self) =>
            ctx.set(
                self.apexType.args[0],
                self.pairs().map(([key]) => key)
            ),
        'V put(K,V)': (ctx, self, key, value) => ctx.changing(self).put(plainKey(key), value),
        'void putAll(Map<K,V>)': (ctx, self, other) =>
            ctx
                .nn(other)
                .pairs()
                .forEach(([key, value]) => ctx.changing(self).put(key, value)),
        'void putAll(List<V>)': (ctx, self, list) =>
            byId(ctx, list).forEach(([key, value]) => ctx.changing(self).put(key, value)),
        'V remove(K)': (ctx, self, key) => {
            const value = ctx.changing(self).get(key);
            self.entries.delete(keyOf(key));
            return value;
        },
        'Integer size()': (ctx, self) => self.size,
        'List<V> values()': (ctx, self) =>
            ctx.list(
                self.apexType.args[1],
                self.pairs().map(([, value]) => value)
            ),
        'String toString()': (ctx, self) => ctx.show(self)
    },
    { isGeneric: true, typeParams: ['K', 'V'] }
);

const IteratorClass = platformClass(
    'Iterator',
    {
        'async Boolean hasNext()': (ctx, self) =>
            self instanceof ApexObject
                ? ctx.call(self, 'hasNext', [])
                : self.at < self.items.length,
        'async T next()': (ctx, self) => {
            if (self instanceof ApexObject) {
                return ctx.call(self, 'next', []);
            }
            if (self.at >= self.items.length) {
                ctx.fault('NoSuchElementException', 'No more elements');
            }
            self.at += 1;
            return self.items[self.at - 1];
        }
    },
    { isGeneric: true, isInterface: true, typeParams: ['T'] }
);

const IterableClass = platformClass(
    'Iterable',
    { 'async Iterator<T> iterator()': (ctx, self) => ctx.call(self, 'iterator', []) },
    { isGeneric: true, isInterface: true, typeParams: ['T'] }
);

const ComparatorClass = platformClass(
    'Comparator',
    { 'async Integer compare(T,T)': (ctx, self, a, b) => ctx.call(self, 'compare', [a, b]) },
    { isGeneric: true, isInterface: true, typeParams: ['T'] }
);

const ComparableClass = platformClass(
    'Comparable',
    {
        'async Integer compareTo(Object)': (ctx, self, other) =>
            ctx.call(self, 'compareTo', [other])
    },
    { isInterface: true }
);

export const collections = [
    ListClass,
    SetClass,
    MapClass,
    IteratorClass,
    IterableClass,
    ComparatorClass,
    ComparableClass
];
