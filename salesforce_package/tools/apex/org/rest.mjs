/**
 * The org behind a served call: queries go over REST with the user's own session, so that the org
 * decides what they see. Nothing is written: what REST has written, an exception could not undo.
 */
import { Decimal, Double } from '../run/decimal.mjs';
import { exchange } from '../run/http.mjs';
import { NotPlayed } from '../run/context.mjs';
import { ApexDate, ApexDatetime, ApexList, ApexSet, SObject } from '../run/values.mjs';
import { fromRest } from './fields.mjs';

const VERSION = 'v65.0';
const TIMEOUT_MS = 30000;
const OBJECTS_LIVE_MS = 60000;

/** Text, or a colon and a dotted name, or anything else: what a query's text is cut into. */
const PARTS = /'(?:[^'\\]|\\.)*'|:\s*([a-zA-Z_][\w.]*)|[^':]+|:/g;

const knownObjects = new Map();

/** What an org says of a query that is wrong, or that the user may not make. */
const REFUSED_QUERY = [400, 404];

/**
 * The org did not say what it was asked. On the platform there is no such thing, for code there runs
 * in the org; so Apex cannot catch it and take it for an answer.
 */
export class OrgError extends Error {
    name = 'OrgError';
}

/** One user's view of an org. */
export class RestOrg {
    /** @param {{base_url: string, session: string}} salesforce where, and the user's token */
    constructor({ base_url: baseUrl, session }) {
        this.baseUrl = baseUrl.replace(/\/$/, '');
        this.session = session;
    }

    async get(ctx, path) {
        const answer = await exchange(ctx, {
            url: `${this.baseUrl}/services/data/${VERSION}${path}`,
            method: 'GET',
            headers: { Authorization: `Bearer ${this.session}`, Accept: 'application/json' },
            timeoutMs: TIMEOUT_MS,
            isRepeatable: true
        });
        return answered(answer, path);
    }

    /** Prepares a query out of text; whether it is right is for the org to say. */
    async prepare(ctx, source) {
        const names = [];
        const text = [];
        let piece = '';
        for (const [part, name] of source.matchAll(PARTS)) {
            if (name) {
                text.push(piece, names.push(name) - 1);
                piece = '';
            } else {
                piece += part;
            }
        }
        const type = ctx.types.collection('list', [ctx.types.sobject]);
        return { text: [...text, piece], names, type };
    }

    async query(ctx, { text, type, plan }, binds) {
        const source = text
            .map((each) => (typeof each === 'number' ? literal(binds[each]) : each))
            .join('');
        const asked = withoutMode(source);
        let page = await this.page(ctx, `/query?q=${encodeURIComponent(asked)}`);
        if (plan?.isCount || /^\s*select\s+count\(\s*\)/i.test(asked)) {
            return page.totalSize;
        }
        const records = [...page.records];
        while (page.nextRecordsUrl) {
            page = await this.page(
                ctx,
                page.nextRecordsUrl.replace(/^.*\/services\/data\/[^/]+/, '')
            );
            records.push(...page.records);
        }
        return new ApexList(
            type,
            records.map((each) => recordOf(ctx, each))
        );
    }

    async page(ctx, path) {
        const { status, body, said } = await this.get(ctx, path);
        if (REFUSED_QUERY.includes(status)) {
            ctx.fault('QueryException', said);
        }
        return body;
    }

    /** @returns {Promise<string|null>} which object an id is of, by what the org says of itself */
    async objectNameOfId(ctx, id) {
        const prefix = id.slice(0, 3);
        const known = knownObjects.get(this.baseUrl);
        if (known?.names.has(prefix) && Date.now() - known.readAt < OBJECTS_LIVE_MS) {
            return known.names.get(prefix);
        }
        const { status, body, said } = await this.get(ctx, '/sobjects');
        if (status !== 200) {
            throw new OrgError(`The org does not say which objects it has: ${said}`);
        }
        const names = new Map(body.sobjects.map((each) => [each.keyPrefix, each.name]));
        knownObjects.set(this.baseUrl, { names, readAt: Date.now() });
        return names.get(prefix) ?? null;
    }

    async write(ctx, verb) {
        throw new NotPlayed(`${verb} in a served call is not played: it could not be rolled back`);
    }

    snapshot() {
        throw new NotPlayed('Database.setSavepoint in a served call is not played');
    }
}

/** @returns {{status: number, body: *, said: string}} an answer that is one; else an OrgError */
function answered({ status, body: text }, path) {
    const [resource] = path.split('?');
    if (status === 401) {
        throw new OrgError('Your Salesforce session has ended. Load the page again.');
    }
    if (status !== 200 && !REFUSED_QUERY.includes(status)) {
        throw new OrgError(`The org answered ${resource} with status ${status}. Try again.`);
    }
    try {
        const body = JSON.parse(text);
        return { status, body, said: body[0]?.message ?? `status ${status}` };
    } catch {
        throw new OrgError(`The org answered ${resource} with something that is not JSON.`);
    }
}

/** The session is the user's, so every query is in user mode anyway, and REST knows no such words. */
function withoutMode(source) {
    return source.replace(
        /\s+with\s+(?:user_mode|security_enforced)\b(?=(?:[^']*'[^']*')*[^']*$)/i,
        ''
    );
}

/** @returns {string} a value as SOQL writes it */
export function literal(value) {
    if (value === null || typeof value === 'boolean') {
        return String(value);
    }
    if (typeof value === 'string') {
        const escaped = value
            .replace(/[\\'"]/g, '\\$&')
            .replace(/\n/g, '\\n')
            .replace(/\r/g, '\\r')
            .replace(/\t/g, '\\t');
        return `'${escaped}'`;
    }
    if (value instanceof ApexList || value instanceof ApexSet) {
        // A list that is empty matches nothing, which SOQL can't say: no id is like this one.
        return `(${value.walk().map(literal).join(',') || "'000000000000000AAA'"})`;
    }
    if (value instanceof ApexDatetime) {
        return value.toIso();
    }
    if (value instanceof SObject) {
        return literal(value.values.get('Id') ?? null);
    }
    const isPlain =
        typeof value !== 'object' ||
        [Decimal, Double, ApexDate].some((kind) => value instanceof kind);
    if (!isPlain) {
        throw new NotPlayed('such a value cannot be bound in a query');
    }
    return String(value);
}

function recordOf(ctx, json) {
    const { attributes, ...values } = json;
    const type = ctx.types.builtIn(attributes.type) ?? ctx.types.sobject;
    const record = new SObject(type, {}, new Set(['Id']));
    for (const [name, value] of Object.entries(values)) {
        const field = type.sobject?.field(name);
        record.queried.add(field?.name ?? name);
        const isRelated = value !== null && typeof value === 'object' && value.attributes;
        const converted = isRelated
            ? recordOf(ctx, value)
            : field
              ? fromRest(ctx, field, value)
              : value;
        if (converted !== null) {
            record.values.set(field?.name ?? name, converted);
        }
    }
    return record;
}
