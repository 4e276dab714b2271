#!/usr/bin/env node
/**
 * Serves the package's @AuraEnabled methods on the loopback: `node tools/apex/serve.mjs --port N`.
 *
 * POST /run    one call; see README.md
 * POST /reload reads the classes again (a call does so itself when a file has changed)
 * GET  /health what is loaded; 503 while a class cannot be
 *
 * APEX_RUNNER_TOKEN in the environment: every POST must bring it. See gate.mjs.
 *
 * One thread serves all calls: a class becomes asynchronous JavaScript, so a call that waits for
 * HTTP gives way to the others, and each has statics and stack of its own in its Context. Threads
 * that sleep would need a copy of all classes each, and only as many calls could wait as there are
 * threads.
 */
import http from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load, stateOf } from './compile/program.mjs';
import { refusal } from './gate.mjs';
import { RestOrg } from './org/rest.mjs';
import { argumentsOf, enabledMethod, errorOf, returned } from './run/aura.mjs';
import { Context } from './run/context.mjs';
import { sender } from './run/http.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const MOST_BODY_BYTES = 4 * 1024 * 1024;
/** How long a look at the files is believed, so that not every call lists them. */
const LOOK_AGAIN_MS = 500;

const USUAL_USER = { time_zone: 'America/Los_Angeles', locale: 'en_US', language: 'en_US' };

/** The program in use, loaded anew when a file has changed. */
class Shelf {
    constructor(root) {
        this.root = root;
        this.reload();
    }

    /** Loads; what was loaded before is not used again, even if this fails. */
    reload() {
        this.lookedAt = Date.now();
        this.state = stateOf(this.root);
        this.program = null;
        this.error = null;
        try {
            this.program = load(this.root);
        } catch (error) {
            this.error = error;
        }
    }

    /** @returns {object} the program; throws what loading threw */
    current() {
        if (Date.now() - this.lookedAt > LOOK_AGAIN_MS) {
            this.lookedAt = Date.now();
            if (stateOf(this.root) !== this.state) {
                this.reload();
            }
        }
        if (this.error) {
            throw this.error;
        }
        return this.program;
    }
}

/**
 * @param {object} program loaded
 * @param {object} call class, method, params, org, user, salesforce, named_credentials
 * @returns {Promise<object>} {ok, value | error, own_ms}
 */
async function run(program, call) {
    const ctx = new Context(program, {
        user: { ...USUAL_USER, ...call.user },
        org: call.org,
        data: new RestOrg(call.salesforce ?? { base_url: '', session: '' }),
        sendRequest: sender(call.named_credentials)
    });
    const ownMs = () => Math.round(ctx.ownMs * 100) / 100;
    try {
        const method = enabledMethod(program, call.class, call.method);
        const values = await argumentsOf(ctx, method, call.params ?? {});
        const generated = program.classes[method.owner.id];
        const result = await generated[method.jsName](ctx, ...values);
        return { ok: true, value: await returned(ctx, result), own_ms: ownMs() };
    } catch (error) {
        return { ok: false, error: errorOf(error), own_ms: ownMs() };
    }
}

async function bodyOf(request) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
        size += chunk.length;
        if (size > MOST_BODY_BYTES) {
            throw new SyntaxError('the body is too large');
        }
        chunks.push(chunk);
    }
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    if (body === null || typeof body !== 'object' || Array.isArray(body)) {
        throw new SyntaxError('the body must be a JSON object');
    }
    return body;
}

function answer(response, status, body) {
    const text = JSON.stringify(body);
    response.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text)
    });
    response.end(text);
}

/** The runner's own no. */
function no(status, name, message) {
    const error = { type: `runner.${name}`, message, stack: '', is_user_defined: false };
    return [status, { ok: false, error, own_ms: 0 }];
}

function health(shelf) {
    try {
        return [200, { ok: true, classes: shelf.current().files.size }];
    } catch (error) {
        return [503, { ok: false, error: errorOf(error) }];
    }
}

async function called(shelf, request) {
    let call;
    try {
        call = await bodyOf(request);
    } catch (error) {
        return [400, { ok: false, error: errorOf(error), own_ms: 0 }];
    }
    try {
        return [200, await run(shelf.current(), call)];
    } catch (error) {
        return [200, { ok: false, error: errorOf(error), own_ms: 0 }];
    }
}

function routed(shelf, request) {
    const routes = {
        'GET /health': () => health(shelf),
        'POST /reload': () => {
            shelf.reload();
            return health(shelf);
        },
        'POST /run': () => called(shelf, request)
    };
    const path = request.url.split('?')[0];
    const route = routes[`${request.method} ${path}`];
    return route ? route() : no(404, 'NotFound', `There is no ${request.method} ${path}.`);
}

function server(shelf, token) {
    return http.createServer(async (request, response) => {
        const refused = refusal(request, token);
        answer(
            response,
            ...(refused
                ? no(refused.status, 'Refused', refused.message)
                : await routed(shelf, request))
        );
    });
}

const { values } = parseArgs({
    options: { port: { type: 'string' }, root: { type: 'string' } }
});
const root = resolve(values.root ?? join(HERE, '../../force-app/main/default'));
const shelf = new Shelf(root);
if (shelf.error) {
    // Who starts it learns that at once; what breaks later is the answer until it is mended.
    process.stderr.write(`These classes cannot be loaded:\n${shelf.error.message}\n`);
    process.exit(1);
}
const listening = server(shelf, process.env.APEX_RUNNER_TOKEN ?? '');
listening.listen(Number(values.port ?? 0), '127.0.0.1', () => {
    const { port } = listening.address();
    process.stdout.write(`apex runner listens on http://127.0.0.1:${port}\n`);
});
