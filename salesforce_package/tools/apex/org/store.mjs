/**
 * The rows of one test: an org's database in memory, checked against the objects' fields.
 *
 * There is no sharing, no field-level security, no trigger and no validation rule: whoever asks
 * sees everything that is there. Only a user of the profile Minimum Access - Salesforce sees no
 * object in user mode.
 */
import { ApexDatetime, keyOf, wholeId } from '../run/values.mjs';
import { castValue } from '../run/conversions.mjs';
import { answered } from './answering.mjs';

const MINIMAL_PROFILE = 'Minimum Access - Salesforce';
const OPEN_TO_ALL = new Set(['User', 'Profile', 'Organization', 'UserRole']);

const PAST = { insert: 'Insert', update: 'Update', delete: 'Delete', upsert: 'Upsert' };

class Refusal extends Error {
    constructor(code, message, fields = []) {
        super(message);
        this.code = code;
        this.fields = fields;
    }
}

/** One database. */
export class Store {
    constructor() {
        this.tables = new Map();
        this.lastNumber = 0;
    }

    /** @returns {Store} a copy that can be changed on its own */
    copy() {
        const copy = new Store();
        copy.lastNumber = this.lastNumber;
        for (const [name, rows] of this.tables) {
            const pairs = [...rows].map(([id, values]) => [id, new Map(values)]);
            copy.tables.set(name, new Map(pairs));
        }
        return copy;
    }

    rows(object) {
        if (!this.tables.has(object.name)) {
            this.tables.set(object.name, new Map());
        }
        return this.tables.get(object.name);
    }

    snapshot(ctx) {
        ctx.use('dml', 'DML statements');
        ctx.hasUncommittedWork = true;
        return this.copy();
    }

    restore(ctx, saved) {
        ctx.use('dml', 'DML statements');
        this.tables = saved.copy().tables;
    }

    /** Which object an id is of, by its first three characters. */
    async objectNameOfId(ctx, id) {
        return ctx.types.schema.objectOfId(id)?.name ?? null;
    }

    /** Prepares a query out of text: what to do, and which variables it binds. */
    async prepare(ctx, text, plan) {
        const prepared = plan(text);
        const type = ctx.types.collection('list', [ctx.types.of(prepared.plan.object.name)]);
        const names = prepared.binds.map((each) => each.expression().getText());
        return { plan: prepared.plan, type, names };
    }

    /** Answers a query; see `answering`. */
    async query(ctx, prepared, binds) {
        const { object, isUserMode } = prepared.plan;
        if (isUserMode && this.hasNoAccess(ctx, object)) {
            ctx.fault('QueryException', `sObject type '${object.name}' is not supported.`);
        }
        return answered(ctx, this, prepared, binds);
    }

    /** The one right that is played: this profile alone opens no object. */
    hasNoAccess(ctx, object) {
        const profile = ctx.user.profile_id && this.find(ctx, ctx.user.profile_id);
        const isMinimal = profile?.get('Name') === MINIMAL_PROFILE;
        return isMinimal && !OPEN_TO_ALL.has(object.name);
    }

    /** @returns {Map|null} the row of an id */
    find(ctx, id) {
        const object = ctx.types.schema.objectOfId(id);
        return (object && this.rows(object).get(id)) ?? null;
    }

    /**
     * insert, update, delete or upsert.
     *
     * @param {object} ctx the transaction
     * @param {string} verb which
     * @param {SObject[]} records what
     * @param {object} how isAllOrNone; key: the field that upsert goes by
     * @returns {Promise<object[]>} one result a record
     */
    async write(ctx, verb, records, { isAllOrNone = true, key = null } = {}) {
        if (records.length === 0) {
            return [];
        }
        ctx.use('dml', 'DML statements');
        ctx.hasUncommittedWork = true;
        const before = this.copy();
        const results = records.map((record) => this.tried(ctx, verb, ctx.nn(record), key));
        const failures = results.flatMap((each, index) =>
            each.errors.map((error) => ({ ...error, index, id: each.id }))
        );
        if (isAllOrNone && failures.length) {
            this.tables = before.tables;
            if (verb === 'insert') {
                records.forEach((each) => each.values.delete('Id'));
            }
            throw dmlException(ctx, verb, failures);
        }
        return results;
    }

    tried(ctx, verb, record, key) {
        try {
            const id = this[verb](ctx, record, key);
            return { isSuccess: true, id, errors: [] };
        } catch (error) {
            if (!(error instanceof Refusal)) {
                throw error;
            }
            const { code, message, fields } = error;
            return {
                isSuccess: false,
                id: record.values.get('Id') ?? null,
                errors: [{ code, message, fields }]
            };
        }
    }

    insert(ctx, record) {
        const object = record.apexType.sobject;
        if (record.values.get('Id')) {
            throw new Refusal(
                'INVALID_FIELD_FOR_INSERT_UPDATE',
                'cannot specify Id in an insert call',
                ['Id']
            );
        }
        const row = new Map();
        for (const field of object.fields.values()) {
            row.set(field.name, record.values.get(field.name) ?? field.value ?? fallback(field));
        }
        this.check(ctx, object, row, record);
        this.lastNumber += 1;
        const id = wholeId(`${object.prefix}${String(this.lastNumber).padStart(12, '0')}`);
        const now = new ApexDatetime(Math.floor(Date.now() / 1000) * 1000);
        row.set('Id', id).set('CreatedDate', now).set('LastModifiedDate', now);
        row.set('SystemModstamp', now).set('CreatedById', ctx.user.id);
        row.set('LastModifiedById', ctx.user.id);
        fillIn(ctx, object, row, this.lastNumber);
        this.rows(object).set(id, row);
        record.values.set('Id', id);
        return id;
    }

    update(ctx, record) {
        const object = record.apexType.sobject;
        const id = record.values.get('Id');
        const row = id && this.rows(object).get(id);
        if (!row) {
            throw new Refusal(
                id ? 'ENTITY_IS_DELETED' : 'MISSING_ARGUMENT',
                id ? 'entity is deleted' : 'Id not specified in an update call'
            );
        }
        const changed = new Map(row);
        for (const [name, value] of record.values) {
            if (object.field(name)) {
                changed.set(name, value);
            }
        }
        this.check(ctx, object, changed, record);
        changed.set('LastModifiedById', ctx.user.id);
        fillIn(ctx, object, changed, 0);
        this.rows(object).set(id, changed);
        return id;
    }

    delete(ctx, record) {
        const object = record.apexType.sobject;
        const id = record.values.get('Id');
        if (!id || !this.rows(object).delete(id)) {
            throw new Refusal('ENTITY_IS_DELETED', 'entity is deleted');
        }
        return id;
    }

    upsert(ctx, record, key) {
        if (!key || key === 'Id') {
            return record.values.get('Id') ? this.update(ctx, record) : this.insert(ctx, record);
        }
        const field = record.apexType.sobject.field(key);
        const value = record.values.get(field.name) ?? null;
        if (value === null) {
            throw new Refusal('MISSING_ARGUMENT', `${key} not specified`);
        }
        const found = this.twin(record.apexType.sobject, field, value, null);
        if (!found) {
            return this.insert(ctx, record);
        }
        record.values.set('Id', found.get('Id'));
        return this.update(ctx, record);
    }

    twin(object, field, value, id) {
        const shown = (each) =>
            typeof each === 'string' && !field.isCaseSensitive ? each.toLowerCase() : each;
        const wanted = keyOf(shown(value));
        return [...this.rows(object).values()].find(
            (row) => row.get('Id') !== id && keyOf(shown(row.get(field.name) ?? null)) === wanted
        );
    }

    check(ctx, object, row, record) {
        for (const name of record.values.keys()) {
            const field = object.field(name);
            if (field?.isReadOnly && name !== 'Id' && record.queried === null) {
                throw new Refusal(
                    'INVALID_FIELD_FOR_INSERT_UPDATE',
                    `Unable to create/update fields: ${name}. Please check the security settings ` +
                        'of this field and verify that it is read/write for your profile or ' +
                        'permission set.',
                    [name]
                );
            }
        }
        const missing = [...object.fields.values()].filter(
            (each) => each.isRequired && isEmpty(row.get(each.name) ?? null)
        );
        if (missing.length) {
            const names = missing.map((each) => each.name);
            throw new Refusal(
                'REQUIRED_FIELD_MISSING',
                `Required fields are missing: [${names.join(', ')}]`,
                names
            );
        }
        for (const field of object.fields.values()) {
            this.checkValue(ctx, object, field, row);
        }
    }

    checkValue(ctx, object, field, row) {
        const value = row.get(field.name) ?? null;
        if (value === null) {
            return;
        }
        castValue(ctx, value, ctx.types.of(field.apexType));
        if (typeof value === 'string' && field.length && value.length > field.length) {
            throw new Refusal(
                'STRING_TOO_LONG',
                `${field.name}: data value too large: ${value} (max length=${field.length})`,
                [field.name]
            );
        }
        if (field.isUnique && this.twin(object, field, value, row.get('Id') ?? null)) {
            throw new Refusal(
                'DUPLICATE_VALUE',
                `duplicate value found: ${field.name} duplicates value on record with id: ` +
                    this.twin(object, field, value, row.get('Id') ?? null).get('Id'),
                [field.name]
            );
        }
        if (field.target && !field.isReadOnly && value.slice(0, 3) !== '005') {
            this.checkLookup(ctx, field, value);
        }
    }

    checkLookup(ctx, field, id) {
        const target = ctx.types.schema.objectOfId(id);
        const fits = target && (field.target === 'Name' || field.target === target.name);
        if (!fits || !this.rows(target).has(id)) {
            throw new Refusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [
                field.name
            ]);
        }
    }
}

const isEmpty = (value) => value === null || value === '';
const fallback = (field) => (field.type === 'Checkbox' ? false : null);

/** What the platform fills in itself: owners, names, numbers. */
function fillIn(ctx, object, row, number) {
    if (object.field('OwnerId') && row.get('OwnerId') === null) {
        row.set('OwnerId', ctx.user.id);
    }
    for (const field of object.fields.values()) {
        if (field.type === 'AutoNumber' && isEmpty(row.get(field.name))) {
            row.set(field.name, `B-${String(number).padStart(6, '0')}`);
        }
    }
    if (object.field('LastName')) {
        const parts = [row.get('FirstName'), row.get('LastName')];
        row.set('Name', parts.filter(Boolean).join(' '));
    }
}

function dmlException(ctx, verb, failures) {
    const first = failures[0];
    const id = first.id ? `id ${first.id}; ` : '';
    const exception = ctx.exception(
        'DmlException',
        `${PAST[verb]} failed. First exception on row ${first.index}` +
            `${id ? ` with ${id}` : '; '}first error: ${first.code}, ${first.message}: ` +
            `[${first.fields.join(', ')}]`
    );
    exception.dml = failures;
    return exception;
}
