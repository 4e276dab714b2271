#!/usr/bin/env node
/**
 * Shows one component at a time, built when it is asked for, with what a file of `demo/gallery/`
 * says: its properties, the answers of Apex, the running user, the width of its box.
 *
 *     node demo/gallery.mjs [--port 8099]
 */
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BundleError, PACKAGE_DIR, ROOT, bundle, bundlesIn } from './lib/bundle.mjs';
import { stateOf } from './lib/output.mjs';

const CASES = path.join(ROOT, 'demo', 'gallery');
const STYLE_SHEET = path.join(
    ROOT,
    'node_modules/@salesforce-ux/design-system/assets/styles',
    'salesforce-lightning-design-system.min.css'
);
/** Where modules are found from, and what no tool looks at. */
const ENTRIES = path.join(ROOT, 'node_modules', '.cache');
const TOASTS = path.join(ROOT, 'demo', 'page', 'toasts.js');
const WORK = fs.mkdtempSync(path.join(os.tmpdir(), 'gallery-'));
const built = new Map();
let cache;

/** @typedef {{component: string, props?: object, apex?: object, user?: object, width?: number, events?: string[]}} Case */

function readCase(name) {
    const file = path.join(CASES, `${path.basename(name)}.json`);
    return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function caseNames() {
    return fs
        .readdirSync(CASES)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length));
}

function camel(name) {
    return name.replace(/^c-/, '').replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

function kebab(name) {
    return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The bundle of one component, built again when any source has changed. */
async function scriptFor(component) {
    const sources = ['lwc', 'labels', 'classes'].map((name) => path.join(PACKAGE_DIR, name));
    const state = stateOf([...sources, path.join(ROOT, 'demo')]);
    if (built.get(component)?.state !== state) {
        const entry = path.join(ENTRIES, `gallery-${process.pid}.js`);
        fs.mkdirSync(ENTRIES, { recursive: true });
        const file = path.join(WORK, `${component}.js`);
        fs.writeFileSync(entry, entrySource(component));
        try {
            const result = await bundle({ entry, file, isDraft: true, cache });
            cache = result.cache;
            result.warnings.forEach((warning) => console.warn(`warning: ${warning}`));
        } finally {
            fs.rmSync(entry, { force: true });
        }
        built.set(component, { state, file });
    }
    return fs.readFileSync(built.get(component).file);
}

function entrySource(component) {
    return `
        import '@lwc/synthetic-shadow';
        import { createElement } from 'lwc';
        import Component from 'c/${component}';
        import { showToasts } from ${JSON.stringify(TOASTS)};
        const { props, events } = JSON.parse(document.getElementById('platform').textContent);
        showToasts();
        const log = document.getElementById('log');
        const element = createElement('c-${kebab(component)}', { is: Component });
        Object.assign(element, props);
        for (const name of events ?? []) {
            element.addEventListener(name, (event) => {
                const line = document.createElement('li');
                line.textContent = name + ' ' + JSON.stringify(event.detail);
                log.prepend(line);
            });
        }
        window.component = element;
        document.getElementById('place').append(element);
    `;
}

function page(name, { component, props = {}, events, user, width }) {
    const platform = JSON.stringify({ apexUrl: `/apex/${name}`, user, props, events });
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>
        <link rel="stylesheet" href="/slds.css"><link rel="icon" href="data:,"></head>
        <body class="slds-scope" style="background:#f3f3f3">
        <script type="application/json" id="platform">${platform.replaceAll('<', '\\u003c')}</script>
        <main id="place" style="margin:1rem;padding:1rem;background:#fff;${width ? `width:${width}px` : ''}"></main>
        <ol id="log" style="margin:1rem;font-family:monospace"></ol>
        <script type="module" src="/build/${camel(component)}.js"></script></body></html>`;
}

function index() {
    const link = (href, text) => `<li><a href="${href}">${text}</a></li>`;
    const cases = caseNames().map((name) => link(`/case/${name}`, name));
    const bare = bundlesIn(path.join(PACKAGE_DIR, 'lwc')).map((name) => link(`/c/${name}`, name));
    return `<!doctype html><html lang="en"><title>Gallery</title><h1>Gallery</h1>
        <h2>demo/gallery/*.json</h2><ul>${cases.join('')}</ul>
        <h2>Components without properties</h2><ul>${bare.join('')}</ul></html>`;
}

function apexAnswer(name, method) {
    const answer = readCase(name).apex?.[method];
    if (answer === undefined) {
        const message = `demo/gallery/${name}.json has no answer for ${method}`;
        return { status: 500, body: { message, exceptionType: 'System.UnexpectedException' } };
    }
    return answer?.$throws
        ? { status: 500, body: { exceptionType: 'System.AuraHandledException', ...answer.$throws } }
        : { status: 200, body: { value: answer } };
}

async function answerTo(url) {
    const [, kind, name, ...rest] = decodeURIComponent(url.pathname).split('/');
    switch (kind) {
        case '':
            return ['text/html', index()];
        case 'slds.css':
            return ['text/css', fs.readFileSync(STYLE_SHEET)];
        case 'case':
            return ['text/html', page(name, readCase(name))];
        case 'c':
            return ['text/html', page('', { component: name })];
        case 'build':
            return ['text/javascript', await scriptFor(name.replace(/\.js$/, ''))];
        case 'apex': {
            const { status, body } = apexAnswer(name, rest.join('.'));
            return ['application/json', JSON.stringify(body), status];
        }
        default:
            return ['text/plain', 'There is no such page.', 404];
    }
}

/** One answer after the other: two builds at once would only wait for each other. */
let queue = Promise.resolve();

const server = http.createServer((request, response) => {
    queue = queue.then(async () => {
        const url = new URL(request.url, 'http://localhost');
        try {
            const [type, body, status = 200] = await answerTo(url);
            response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
        } catch (error) {
            const text = error instanceof BundleError ? error.message : error.stack;
            console.error(text);
            const body = url.pathname.startsWith('/build/')
                ? `document.getElementById('place').innerText = ${JSON.stringify(text)};`
                : text;
            const type = url.pathname.startsWith('/build/') ? 'text/javascript' : 'text/plain';
            response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
        }
    });
});

const { values } = parseArgs({ options: { port: { type: 'string', default: '8099' } } });
server.listen(Number(values.port), '127.0.0.1', () => {
    console.log(`Gallery: http://127.0.0.1:${server.address().port}/`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
        fs.rmSync(WORK, { recursive: true, force: true });
        process.exit(0);
    });
}
