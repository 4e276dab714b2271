/**
 * Fields of objects: their Apex types, and their values as REST gives them.
 */
import { Decimal } from '../run/decimal.mjs';
import { toInteger } from '../run/conversions.mjs';
import { ApexDate, ApexDatetime, wholeId } from '../run/values.mjs';

/** Metadata's word for a field's type to Apex's. */
const APEX_TYPES = {
    AutoNumber: 'String',
    Checkbox: 'Boolean',
    Currency: 'Decimal',
    Date: 'Date',
    DateTime: 'Datetime',
    Email: 'String',
    Integer: 'Integer',
    Lookup: 'Id',
    Id: 'Id',
    LongTextArea: 'String',
    MasterDetail: 'Id',
    MultiselectPicklist: 'String',
    Number: 'Decimal',
    Percent: 'Decimal',
    Phone: 'String',
    Picklist: 'String',
    Text: 'String',
    TextArea: 'String',
    Url: 'String',
    Html: 'String'
};

const LENGTHS = { Email: 80, Phone: 40, Url: 255, TextArea: 255, Picklist: 255 };

/** One field. */
export class Field {
    /**
     * @param {string} name as Apex writes it
     * @param {string} type metadata's word
     * @param {object} rules length, isRequired, isUnique, isReadOnly, target, relationship, …
     */
    constructor(name, type, rules = {}) {
        if (!(type in APEX_TYPES)) {
            throw new Error(`field ${name}: the type ${type} is not played`);
        }
        this.name = name;
        this.type = type;
        this.apexType = APEX_TYPES[type];
        this.length = rules.length ?? LENGTHS[type] ?? 0;
        this.isRequired = rules.isRequired ?? false;
        this.isUnique = rules.isUnique ?? false;
        this.isCaseSensitive = rules.isCaseSensitive ?? false;
        this.isExternalId = rules.isExternalId ?? false;
        this.isReadOnly = rules.isReadOnly ?? false;
        this.precision = rules.precision ?? 0;
        this.scale = rules.scale ?? 0;
        this.target = rules.target ?? null;
        this.relationship = rules.relationship ?? null;
        this.value = rules.value ?? null;
    }
}

/**
 * @param {object} ctx the transaction
 * @param {Field} field which
 * @param {*} value as REST or JSON has it
 * @returns {*} the value as Apex has it
 */
export function fromRest(ctx, field, value) {
    if (value === null || value === undefined) {
        return null;
    }
    switch (field.apexType) {
        case 'Datetime':
            return new ApexDatetime(Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
        case 'Date':
            return new ApexDate(Date.parse(`${value}T00:00:00Z`) / 86400000);
        case 'Decimal':
            return Decimal.of(String(value));
        case 'Integer':
            return toInteger(Decimal.of(String(value)));
        case 'Boolean':
            return value === true || value === 'true';
        case 'Id':
            return wholeId(String(value));
        default:
            return String(value);
    }
}
