/**
 * What the platform's modules are made of here: calls of Apex methods, and settings of the running
 * user. The page says both in `<script type="application/json" id="platform">`.
 */
const CONFIGURATION = JSON.parse(document.getElementById('platform')?.textContent || '{}');

const DEFAULTS = {
    userId: '005000000000000AAA',
    isGuest: false,
    formFactor: 'Large',
    locale: 'en-US',
    language: 'en-US',
    direction: 'ltr',
    timeZone: 'UTC',
    currency: 'USD',
    firstDayOfWeek: 1
};

/**
 * A setting of the running user.
 *
 * @param {string} key
 * @returns {*}
 */
export function setting(key) {
    return CONFIGURATION.user?.[key] ?? DEFAULTS[key];
}

/**
 * Whether the running user has a permission: `true` or undefined, as the platform says it.
 *
 * @param {string} name
 * @returns {boolean | undefined}
 */
export function hasPermission(name) {
    return CONFIGURATION.user?.permissions?.includes(name) ? true : undefined;
}

/** Where record pages of this org are. */
export const RECORDS_URL = CONFIGURATION.recordsUrl ?? '';

async function call(className, method, parameters) {
    let response;
    try {
        response = await fetch(`${CONFIGURATION.apexUrl}/${className}/${method}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-Lightning-Page': '1' },
            body: JSON.stringify({ params: parameters ?? {} })
        });
    } catch {
        throw refusal(0, { message: 'Disconnected or Canceled' });
    }
    let answer;
    try {
        answer = await response.json();
    } catch {
        answer = { message: `The page's server answered with ${response.status}.` };
    }
    if (!response.ok) {
        throw refusal(response.status, answer);
    }
    return answer.value;
}

/** An error as an Apex call rejects with. */
function refusal(status, body) {
    return deepFrozen({
        status,
        ok: false,
        statusText: status === 0 ? '' : 'Server Error',
        errorType: 'fetchResponse',
        headers: {},
        body
    });
}

function deepFrozen(value) {
    if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
        Object.values(value).forEach(deepFrozen);
        Object.freeze(value);
    }
    return value;
}

/**
 * What `@salesforce/apex/Class.method` exports: to be called, or wired.
 *
 * @param {string} className
 * @param {string} method
 * @returns {Function}
 */
export function apexMethod(className, method) {
    const invoke = (parameters) => call(className, method, parameters);
    invoke.adapter = class {
        constructor(dataCallback) {
            this.tell = dataCallback;
            this.asked = 0;
        }

        connect() {
            this.tell({ data: undefined, error: undefined });
        }

        disconnect() {
            this.asked += 1;
        }

        update(parameters) {
            // The platform does not call while a parameter is undefined.
            if (Object.values(parameters ?? {}).some((value) => value === undefined)) {
                return;
            }
            this.parameters = parameters;
            this.refresh();
        }

        async refresh() {
            this.asked += 1;
            const number = this.asked;
            const result = await invoke(this.parameters).then(
                (data) => ({ data: deepFrozen(data), error: undefined }),
                (error) => ({ data: undefined, error })
            );
            if (number === this.asked) {
                adapters.set(result, this);
                this.tell(result);
            }
        }
    };
    return invoke;
}

const adapters = new WeakMap();

/**
 * Ask a wired Apex method once more.
 *
 * @param {object} result what the wire delivered
 * @returns {Promise<void>}
 */
export async function refreshApex(result) {
    await adapters.get(result)?.refresh();
}

/**
 * The value of a field of a record that Apex gave.
 *
 * @param {object} record
 * @param {string | {fieldApiName: string}} field
 * @returns {*}
 */
export function getSObjectValue(record, field) {
    const fieldPath = typeof field === 'string' ? field : field.fieldApiName;
    return fieldPath.split('.').reduce((value, name) => value?.[name], record);
}
