/**
 * Real HTTP: what a served call's callouts and queries go through.
 */
import http from 'node:http';
import https from 'node:https';
import { ApexResponse } from '../library/http.mjs';

/** Idle connections are let go early, before the other side may do so. */
const KEEP = { keepAlive: true, keepAliveMsecs: 1000, maxSockets: 64, timeout: 60000 };
const agents = { 'http:': new http.Agent(KEEP), 'https:': new https.Agent(KEEP) };
const modules = { 'http:': http, 'https:': https };

/** Source: Apex Developer Guide, "Callout Limits and Limitations": request and response, synchronous. */
const MOST_BYTES = 6 * 1024 * 1024;

class TimedOut extends Error {}
class TooLarge extends Error {}

/** A repeatable request that met a connection which the other side had just closed is sent again. */
function isStale(request, error) {
    return request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function once({ url, method, headers, body, timeoutMs, isRepeatable }) {
    return new Promise((resolve, reject) => {
        const { protocol } = new URL(url);
        // What may not be sent twice never goes out on a connection that may be closed already.
        const agent = isRepeatable ? agents[protocol] : false;
        const request = modules[protocol].request(url, { method, headers, agent });
        const clock = setTimeout(() => request.destroy(new TimedOut('Read timed out')), timeoutMs);
        const fail = (error) => {
            clearTimeout(clock);
            error.isStale = isStale(request, error);
            reject(error);
        };
        request.on('error', fail);
        request.on('response', (response) => {
            collect(response, fail, (text) => {
                clearTimeout(clock);
                resolve({
                    status: response.statusCode,
                    reason: response.statusMessage,
                    headers: response.headers,
                    body: text
                });
            });
        });
        request.end(body);
    });
}

function collect(response, fail, done) {
    const chunks = [];
    let size = 0;
    response.on('data', (chunk) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MOST_BYTES) {
            response.destroy(new TooLarge('Exceeded max size limit of 6000000'));
        }
    });
    response.on('error', fail);
    response.on('aborted', () => fail(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
    response.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
}

/**
 * @param {object} ctx the transaction; the time it waits is not its own
 * @param {object} request url, method, headers, body, timeoutMs, isRepeatable
 * @returns {Promise<{status: number, reason: string, headers: object, body: string}>} the answer
 */
export async function exchange(ctx, request) {
    const started = performance.now();
    try {
        return await once(request);
    } catch (error) {
        if (request.isRepeatable && error.isStale) {
            return await once(request);
        }
        throw error;
    } finally {
        ctx.waitedMs += performance.now() - started;
    }
}

const ENDPOINT = /^callout:([^/?]+)(.*)$/i;
const REFUSED =
    "The callout couldn't access the endpoint. You might not have the required permissions, or " +
    'the named credential "$1" might not exist.';

const tokens = new Map();

/** A token is the same within one second, because nothing in it is random; so it is kept as long. */
async function tokenFor(ctx, name, { authorization_url: url, audience }) {
    const second = Math.floor(Date.now() / 1000);
    const key = `${url} ${ctx.user.id} ${audience}`;
    const known = tokens.get(key);
    if (known?.second === second) {
        return known.token;
    }
    const answer = await exchange(ctx, {
        url,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ sub: ctx.user.id, aud: audience }),
        timeoutMs: 10000,
        isRepeatable: true
    });
    if (answer.status !== 200) {
        ctx.fault('CalloutException', REFUSED.replace('$1', name));
    }
    const { token } = JSON.parse(answer.body);
    if (tokens.size > 1000) {
        tokens.clear();
    }
    tokens.set(key, { second, token });
    return token;
}

/** The platform's words for what can go wrong on the way. */
function worded(ctx, error, url) {
    const host = new URL(url).hostname;
    const words = {
        ECONNREFUSED: 'Connection refused (Connection refused)',
        ECONNRESET: 'Unexpected end of file from server',
        ENOTFOUND: `Unable to resolve host: ${host}`,
        EAI_AGAIN: `Unable to resolve host: ${host}`
    };
    const message = words[error.code] ?? error.message;
    return ctx.fault('CalloutException', message);
}

function endpointOf(ctx, request, credentials) {
    const match = ENDPOINT.exec(request.endpoint);
    if (!match) {
        return ctx.fault(
            'CalloutException',
            `Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${request.endpoint}`
        );
    }
    const [, name, path] = match;
    const credential = credentials?.[name];
    if (!credential) {
        return ctx.fault('CalloutException', REFUSED.replace('$1', name));
    }
    return { name, credential, url: credential.url.replace(/\/$/, '') + path };
}

/**
 * @param {Object<string, object>} credentials the named credentials: url, authorization_url, audience
 * @returns {Function} what sends an Apex request, with the running user's token
 */
export function sender(credentials) {
    return async (ctx, request) => {
        const { name, credential, url } = endpointOf(ctx, request, credentials);
        const headers = {};
        for (const { name: header, value } of request.headers.values()) {
            headers[header] = value;
        }
        try {
            headers.Authorization = `Bearer ${await tokenFor(ctx, name, credential)}`;
            return responseOf(
                await exchange(ctx, {
                    url,
                    method: request.method,
                    headers: withLength(headers, request),
                    body: request.body || undefined,
                    timeoutMs: request.timeoutMs,
                    isRepeatable: request.method === 'GET'
                })
            );
        } catch (error) {
            if (error.apexType) {
                throw error;
            }
            return worded(ctx, error, url);
        }
    };
}

function withLength(headers, { body }) {
    return body ? { ...headers, 'Content-Length': Buffer.byteLength(body) } : headers;
}

function responseOf({ status, reason, headers, body }) {
    const response = new ApexResponse();
    response.statusCode = status;
    response.status = reason;
    response.body = body;
    for (const [name, value] of Object.entries(headers)) {
        response.setHeader(name, Array.isArray(value) ? value.join(',') : value);
    }
    return response;
}
