/**
 * The server, against an org and a service that are played here over real HTTP.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VISITS } from './probe.mjs';

const COMMAND = fileURLToPath(new URL('../serve.mjs', import.meta.url));

const CONTROLLER = `public with sharing class Desk {
    private static Integer calls = 0;
    public virtual class Answer { @AuraEnabled public String problem; public String hidden = 'h'; }
    public class Found extends Answer {
        @AuraEnabled public Integer count; @AuraEnabled public Datetime start_at; @AuraEnabled public Decimal price;
        @AuraEnabled public List<String> names; @AuraEnabled public Map<String, Object> more;
        @AuraEnabled public String shout { get { return 'loud'; } }
    }
    public class Wish { @AuraEnabled public String name { get; set; } @AuraEnabled public List<Guest> guests; public String inner; }
    public class Guest { @AuraEnabled public String email; }
    public class DeskException extends Exception {}
    @AuraEnabled public static Found typed(Id recordId, Datetime at, List<Integer> numbers, Boolean isBig, Wish wish) {
        calls++;
        Found found = new Found(); found.count = numbers.size() + calls; found.start_at = at; found.price = 1.5;
        found.names = new List<String>{ recordId, wish.guests[0].email }; found.more = new Map<String, Object>{ 'big' => isBig };
        return found;
    }
    @AuraEnabled public static String call(String path, Integer wait) {
        HttpRequest request = new HttpRequest(); request.setEndpoint('callout:Booking_Service' + path);
        if (wait != null) { request.setTimeout(wait); }
        try { return new Http().send(request).getBody(); } catch (CalloutException e) { return 'failed: ' + e.getMessage(); }
    }
    @AuraEnabled public static String other() {
        HttpRequest request = new HttpRequest(); request.setEndpoint('callout:Nobody/x');
        try { return new Http().send(request).getBody(); } catch (CalloutException e) { return e.getMessage(); }
    }
    @AuraEnabled public static String post(String body) {
        HttpRequest request = new HttpRequest(); request.setEndpoint('callout:Booking_Service/echo'); request.setMethod('POST'); request.setBody(body);
        return new Http().send(request).getBody();
    }
    @AuraEnabled public static List<Lead> leads(String name) { return [SELECT Id, LastName, Owner.Name, CreatedDate FROM Lead WHERE LastName = :name WITH USER_MODE LIMIT 5]; }
    @AuraEnabled public static Boolean sees(Id recordId) {
        String name = recordId.getSobjectType().getDescribe().getName();
        return !Database.query('SELECT Id FROM ' + name + ' WHERE Id = :recordId', AccessLevel.USER_MODE).isEmpty();
    }
    @AuraEnabled public static String told() { throw new AuraHandledException('Please wait.'); }
    @AuraEnabled public static String bad() { String none; return none.trim(); }
    @AuraEnabled public static String own() { throw new DeskException('mine'); }
    @AuraEnabled public static void many() { for (Integer i = 0; i < 101; i++) { call('/x', null); } }
    @AuraEnabled public static String who() { return UserInfo.getUserId() + UserInfo.getTimeZone().getID() + UserInfo.getOrganizationId(); }
    @AuraEnabled public static void write() { insert new Lead(LastName = 'x'); }
    public static String closed() { return 'no'; }
}`;

const TOKEN = 'what only our programs know';
const seen = [];
let behave = () => null;

function json(response, status, body) {
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Seen': 'yes' });
    response.end(JSON.stringify(body));
}

const world = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
        chunks.push(chunk);
    }
    const url = new URL(request.url, 'http://x');
    const body = Buffer.concat(chunks).toString();
    seen.push({
        method: request.method,
        path: url.pathname,
        q: url.searchParams.get('q'),
        headers: request.headers,
        port: request.socket.remotePort,
        body
    });
    const special = behave(url, response);
    if (special) {
        return;
    }
    if (url.pathname.endsWith('/callout-token')) {
        const { sub, aud } = JSON.parse(body);
        json(response, sub === 'nobody' ? 403 : 200, { token: `${sub}>${aud}` });
    } else if (url.pathname.endsWith('/sobjects')) {
        json(response, 200, {
            sobjects: [
                { name: 'Trip__c', keyPrefix: 'a7x' },
                { name: 'Lead', keyPrefix: '00Q' }
            ]
        });
    } else if (url.pathname.endsWith('/query')) {
        const records = [
            {
                attributes: { type: 'Lead' },
                Id: '00Q000000000001EAA',
                LastName: 'Li',
                CreatedDate: '2027-01-02T03:04:05.000+0000',
                Owner: { attributes: { type: 'Name' }, Name: 'Ann' }
            }
        ];
        json(response, 200, { totalSize: 1, done: true, records });
    } else {
        json(response, 200, { path: url.pathname, body });
    }
});

const root = mkdtempSync(join(tmpdir(), 'apex-serve-'));
let runner;
let address;
let org;

function write(path, text) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
}

async function run(method, params = {}, changes = {}) {
    const call = {
        class: 'Desk',
        method,
        params,
        org: { id: '00D000000000001EAA' },
        user: {
            id: '005000000000001AAA',
            name: 'Ann Li',
            email: 'ann@x.example',
            username: 'ann@x.example',
            time_zone: 'Asia/Tokyo',
            locale: 'en_US',
            language: 'en_US'
        },
        salesforce: { base_url: `${org}/salesforce/00D`, session: 'SESSION' },
        named_credentials: {
            Booking_Service: {
                url: `${org}/service`,
                authorization_url: `${org}/callout-token`,
                audience: 'aud'
            }
        },
        ...changes
    };
    return (await posted('/run', { body: JSON.stringify(call) })).answer;
}

const OURS = { 'Content-Type': 'application/json', Authorization: `Bearer ${TOKEN}` };

/** A POST as a program of ours sends it, but for these headers; null leaves one out. */
async function posted(path, { body = '{}', headers = {}, method = 'POST' } = {}) {
    const sent = Object.entries({ ...OURS, ...headers }).filter(([, value]) => value !== null);
    // fetch would not let us say what a browser says.
    const response = await new Promise((resolve, reject) => {
        const request = http.request(`${address}${path}`, {
            method,
            headers: Object.fromEntries(sent)
        });
        request.on('response', resolve).on('error', reject);
        request.end(method === 'GET' ? '' : body);
    });
    const chunks = [];
    for await (const chunk of response) {
        chunks.push(chunk);
    }
    return { status: response.statusCode, answer: JSON.parse(Buffer.concat(chunks).toString()) };
}

/** Starts a runner on these files; the line it says, or what it ended with. */
function started(folder) {
    const child = spawn(process.execPath, [COMMAND, '--port', '0', '--root', folder], {
        env: { ...process.env, APEX_RUNNER_TOKEN: TOKEN },
        stdio: ['ignore', 'pipe', 'pipe']
    });
    const said = [];
    child.stderr.on('data', (data) => said.push(String(data)));
    return new Promise((resolve) => {
        child.stdout.once('data', (data) => resolve({ child, line: String(data).split('\n')[0] }));
        child.once('close', (status) => resolve({ status, said: said.join('') }));
    });
}

before(async () => {
    for (const [path, text] of Object.entries(VISITS)) {
        write(path, text);
    }
    write('classes/Desk.cls', CONTROLLER);
    await new Promise((resolve) => world.listen(0, '127.0.0.1', resolve));
    org = `http://127.0.0.1:${world.address().port}`;
    const { child, line, said } = await started(root);
    assert.ok(child, said);
    runner = child;
    assert.match(line, /^apex runner listens on http:\/\/127\.0\.0\.1:\d+$/);
    address = line.split(' ').at(-1);
});

after(() => {
    runner.kill();
    world.closeAllConnections();
    world.close();
    rmSync(root, { recursive: true });
});

beforeEach(() => {
    seen.length = 0;
    behave = () => null;
});

const WISH = { name: 'n', guests: [{ email: 'g@x.example' }] };
const TYPED = {
    recordId: '00Q000000000001',
    at: '2027-03-14T02:30:00Z',
    numbers: [1, 2],
    isBig: true,
    wish: WISH
};

describe('a call', () => {
    test('parameters become values and the value plain data: enabled members that are not null', async () => {
        const { ok, value, own_ms: own } = await run('typed', TYPED);
        assert.equal(ok, true);
        assert.deepEqual(value, {
            count: 3,
            start_at: '2027-03-14T02:30:00.000Z',
            price: 1.5,
            names: ['00Q000000000001EAA', 'g@x.example'],
            more: { big: true },
            shout: 'loud'
        });
        assert.equal(typeof own, 'number');
    });
    test("statics are a call's own", async () => {
        await run('typed', TYPED);
        assert.equal((await run('typed', TYPED)).value.count, 3);
    });
    test('class and method disregard case', async () => assert.equal((await run('WHO')).ok, true));
    for (const [what, params, words] of [
        ['an unknown member', { wish: { nope: 1 } }, /Unknown field: Desk.Wish.nope/],
        [
            'a member that is not @AuraEnabled',
            { wish: { inner: 'x' } },
            /Unknown field: Desk.Wish.inner/
        ],
        [
            'text for a list',
            { numbers: 'x' },
            /invalid for action parameter 'numbers' of type 'List<Integer>'/
        ],
        [
            'a number for text',
            { recordId: 1 },
            /invalid for action parameter 'recordId' of type 'Id'/
        ],
        ['what is no id', { recordId: 'x' }, /invalid for action parameter 'recordId'/],
        ['a parameter that the method lacks', { records: [] }, /has no parameter records/]
    ]) {
        test(`${what} is refused`, async () => {
            const { ok, error } = await run('typed', { ...TYPED, ...params });
            assert.equal(ok, false);
            assert.match(error.message, words);
        });
    }
    test('a method that is not @AuraEnabled is refused', async () => {
        const { ok, error } = await run('closed');
        assert.equal(ok, false);
        assert.match(error.message, /No @AuraEnabled method Desk.closed found/);
    });
    test("the running user and the org are the caller's", async () => {
        assert.equal((await run('who')).value, '005000000000001AAAAsia/Tokyo00D000000000001EAA');
    });
    test('an AuraHandledException is told in its words', async () => {
        const { error } = await run('told');
        assert.equal(error.message, 'Please wait.');
        assert.equal(error.type, 'System.AuraHandledException');
    });
    test('other exceptions are told with type and stack', async () => {
        const { error } = await run('bad');
        assert.deepEqual(
            [error.type, error.message],
            ['System.NullPointerException', 'Attempt to de-reference a null object']
        );
        assert.match(error.stack, /^Class\.Desk\.bad: line \d+, column 1$/);
        const { error: own } = await run('own');
        assert.deepEqual([own.type, own.message], ['Desk.DeskException', 'mine']);
    });
    for (const [what, method, type, isUserDefined] of [
        ["the package's own exception is", 'own', 'Desk.DeskException', true],
        ["the platform's exception is not", 'bad', 'System.NullPointerException', false],
        ['what a user is told is not', 'told', 'System.AuraHandledException', false],
        ['a call that cannot begin is not', 'closed', 'aura.BadCall', false],
        ['what is not played is not', 'write', 'runner.Error', false]
    ]) {
        test(`${what} user-defined`, async () => {
            const { error } = await run(method);
            assert.deepEqual([error.type, error.is_user_defined], [type, isUserDefined]);
        });
    }
    test('nothing is written from a served call', async () =>
        assert.match((await run('write')).error.message, /not played/));
});

describe('callouts', () => {
    test("go to the named credential with the running user's token", async () => {
        assert.deepEqual(JSON.parse((await run('call', { path: '/v1/a?b=c' })).value), {
            path: '/service/v1/a',
            body: ''
        });
        assert.equal(seen.at(-1).headers.authorization, 'Bearer 005000000000001AAA>aud');
    });
    test('reads share a connection; a write has one of its own', async () => {
        await run('call', { path: '/a' });
        await run('call', { path: '/b' });
        await run('post', { body: 'x' });
        const [first, second, written] = ['/service/a', '/service/b', '/service/echo'].map(
            (path) => seen.find((each) => each.path === path).port
        );
        assert.equal(first, second);
        assert.notEqual(written, first);
    });
    test('a body is sent as it is', async () => {
        assert.equal(JSON.parse((await run('post', { body: '{"ü":1}' })).value).body, '{"ü":1}');
    });
    test('a timeout is a Read timed out', async () => {
        behave = (url) => url.pathname === '/service/slow';
        const { value, own_ms: own } = await run('call', { path: '/slow', wait: 250 });
        assert.equal(value, 'failed: Read timed out');
        assert.ok(own < 125, `waiting is not its own: ${own} ms`);
    });
    test('a broken connection is told', async () => {
        behave = (url, response) => url.pathname === '/service/broken' && response.destroy();
        assert.match((await run('call', { path: '/x' })).value, /path/);
        behave = (url, response) => {
            if (url.pathname === '/service/broken') {
                response.destroy();
                return true;
            }
            return null;
        };
        assert.equal(
            (await run('call', { path: '/broken' })).value,
            'failed: Unexpected end of file from server'
        );
    });
    test('a refused connection is told', async () => {
        const credential = {
            url: 'http://127.0.0.1:1',
            authorization_url: `${org}/callout-token`,
            audience: 'aud'
        };
        const { value } = await run(
            'call',
            { path: '/x' },
            { named_credentials: { Booking_Service: credential } }
        );
        assert.equal(value, 'failed: Connection refused (Connection refused)');
    });
    test("a missing named credential is told in the platform's words", async () => {
        assert.equal(
            (await run('other')).value,
            'The callout couldn\'t access the endpoint. You might not have the required permissions, or the named credential "Nobody" might not exist.'
        );
    });
    test('a user without a token is told the same', async () => {
        const { value } = await run('call', { path: '/x' }, { user: { id: 'nobody' } });
        assert.match(value, /couldn't access the endpoint.*"Booking_Service"/);
    });
    test('the 101st is one too many', async () =>
        assert.match((await run('many')).error.message, /Too many callouts: 101/));
    test('a call that waits does not hold up others', async () => {
        let release;
        behave = (url, response) => {
            if (url.pathname !== '/service/held') {
                return null;
            }
            release = () => json(response, 200, {});
            return true;
        };
        const held = run('call', { path: '/held' });
        assert.equal((await run('who')).ok, true);
        const others = await Promise.all([1, 2, 3].map(() => run('call', { path: '/x' })));
        assert.ok(others.every((each) => each.ok));
        release();
        assert.equal((await held).ok, true);
    });
});

describe('queries', () => {
    test("go to the org with the user's session; values are escaped, WITH USER_MODE is the session's", async () => {
        const { value } = await run('leads', { name: "O'Neil\\ WITH USER_MODE" });
        const { q, headers, path } = seen.at(-1);
        assert.equal(path, '/salesforce/00D/services/data/v65.0/query');
        assert.equal(
            q,
            "SELECT Id, LastName, Owner.Name, CreatedDate FROM Lead WHERE LastName = 'O\\'Neil\\\\ WITH USER_MODE' LIMIT 5"
        );
        assert.equal(headers.authorization, 'Bearer SESSION');
        assert.deepEqual(value, [
            {
                Id: '00Q000000000001EAA',
                LastName: 'Li',
                CreatedDate: '2027-01-02T03:04:05.000Z',
                Owner: { Name: 'Ann' }
            }
        ]);
    });
    test('objects that only the org knows are found by an id', async () => {
        assert.equal((await run('sees', { recordId: 'a7x000000000001' })).value, true);
        assert.match(seen.at(-1).q, /^SELECT Id FROM Trip__c WHERE Id = 'a7x000000000001\w{3}'$/);
    });
    test('a refusal is a QueryException', async () => {
        behave = (url, response) =>
            url.pathname.endsWith('/query') &&
            (json(response, 400, [
                { errorCode: 'INVALID_TYPE', message: 'sObject type is not supported.' }
            ]),
            true);
        const { error } = await run('leads', { name: 'x' });
        assert.deepEqual(
            [error.type, error.message],
            ['System.QueryException', 'sObject type is not supported.']
        );
    });
    for (const [met, method, params] of [
        ['a query', 'leads', { name: 'x' }],
        ['a look for the object of an id', 'sees', { recordId: 'a9z000000000001' }]
    ]) {
        const answers = (status, body) => (url, response) =>
            /\/(query|sobjects)$/.test(url.pathname) && (json(response, status, body), true);
        test(`${met} with a session that has ended says so`, async () => {
            behave = answers(401, [
                { errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }
            ]);
            const { error } = await run(method, params);
            assert.deepEqual(
                [error.type, error.message],
                ['runner.OrgError', 'Your Salesforce session has ended. Load the page again.']
            );
        });
        test(`${met} that the org fails at is no answer`, async () => {
            behave = answers(503, [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Later.' }]);
            const { error } = await run(method, params);
            assert.equal(error.type, 'runner.OrgError');
            assert.match(error.message, /^The org answered \/\w+ with status 503\. Try again\.$/);
        });
    }
    test('an answer of the org that cannot be read is none', async () => {
        behave = (url, response) => url.pathname.endsWith('/query') && response.end('<html>');
        const { error } = await run('leads', { name: 'x' });
        assert.equal(error.message, 'The org answered /query with something that is not JSON.');
    });
});

describe('who may have Apex executed', () => {
    const port = () => new URL(address).port;
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
        test(`a program that calls this machine ${name}`, async () => {
            const { status } = await posted('/run', { headers: { Host: `${name}:${port()}` } });
            assert.equal(status, 200);
        });
    }
    for (const [who, headers, expected, words] of [
        ['a name of somebody else that leads here', { Host: 'evil.example' }, 403, /evil\.example/],
        [
            'a name that only begins as ours',
            { Host: '127.0.0.1.evil.example' },
            403,
            /this machine/
        ],
        ['another port of this machine', { Host: '127.0.0.1:1' }, 403, /this machine/],
        ['a page of another site', { Origin: 'https://evil.example' }, 403, /page in a browser/],
        ['a page without an origin', { Origin: 'null' }, 403, /page in a browser/],
        ['another site', { 'Sec-Fetch-Site': 'cross-site' }, 403, /another site/],
        ['a neighbouring site', { 'Sec-Fetch-Site': 'same-site' }, 403, /another site/],
        ['a form', { 'Content-Type': 'text/plain' }, 415, /application\/json/],
        ['a form like JSON', { 'Content-Type': 'application/jsonp' }, 415, /application\/json/],
        ['a body of no kind', { 'Content-Type': null }, 415, /application\/json/],
        ['nobody we know', { Authorization: null }, 401, /APEX_RUNNER_TOKEN/],
        ['somebody who guesses', { Authorization: 'Bearer guess' }, 401, /APEX_RUNNER_TOKEN/]
    ]) {
        test(`not ${who}, who is told why`, async () => {
            for (const path of ['/run', '/reload']) {
                const { status, answer } = await posted(path, { headers });
                assert.equal(status, expected);
                assert.equal(answer.ok, false);
                assert.match(answer.error.message, words);
            }
            assert.deepEqual(seen, []);
        });
    }
    test('nor does anybody by another method than POST', async () => {
        const { status, answer } = await posted('/run', { method: 'PUT' });
        assert.equal(status, 404);
        assert.equal(answer.error.message, 'There is no PUT /run.');
    });
    test('whose health it is, another name is not told', async () => {
        const headers = { Host: `rebound.example:${port()}` };
        assert.equal((await posted('/health', { method: 'GET', headers })).status, 403);
    });
});

describe('the classes', () => {
    test('are read again when a file changes, and a fault in them is told until it is gone', async () => {
        write(
            'classes/Extra.cls',
            'public class Extra { @AuraEnabled public static Integer one() { return 1; } }'
        );
        assert.equal((await posted('/reload')).status, 200);
        assert.equal((await run('one', {}, { class: 'Extra' })).value, 1);
        write(
            'classes/Extra.cls',
            'public class Extra { @AuraEnabled public static Integer one() { return nope; } }'
        );
        utimesSync(join(root, 'classes/Extra.cls'), 1, 1);
        for (const told of [await posted('/reload'), await posted('/health', { method: 'GET' })]) {
            assert.equal(told.status, 503);
            assert.match(told.answer.error.message, /Extra, line 1: Variable does not exist: nope/);
        }
        assert.match((await run('who')).error.message, /Variable does not exist: nope/);
        rmSync(join(root, 'classes/Extra.cls'));
        await posted('/reload');
        const healthy = await fetch(`${address}/health`);
        assert.deepEqual(await healthy.json(), { ok: true, classes: 1 });
    });
    test('that cannot be loaded are named with the line, and nothing is started', async () => {
        const faulty = mkdtempSync(join(tmpdir(), 'apex-faulty-'));
        mkdirSync(join(faulty, 'classes'));
        writeFileSync(
            join(faulty, 'classes/Broken.cls'),
            'public class Broken {\n    Integer one = ;\n}'
        );
        const { child, status, said } = await started(faulty);
        child?.kill();
        rmSync(faulty, { recursive: true });
        assert.equal(status, 1);
        assert.equal(
            said,
            "These classes cannot be loaded:\nBroken, line 2: mismatched input ';' (column 19)\n"
        );
    });
    test('a body that is no JSON is refused', async () => {
        assert.equal((await posted('/run', { body: '{' })).status, 400);
    });
});
