/**
 * Faults as they happen in a package like this one: each must turn a test red, or stop the load.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LoadErrors, load } from '../compile/program.mjs';
import { findTests, runTest } from '../testing.mjs';
import { VISITS, inFolder } from './probe.mjs';

const API = `public with sharing class Api {
    public class ApiException extends Exception {}
    public static String send(String path) {
        HttpRequest request = new HttpRequest();
        request.setEndpoint('callout:Service/v1' + path);
        HttpResponse response = new Http().send(request);
        if (response.getStatusCode() >= 300) {
            throw new ApiException(response.getBody());
        }
        return response.getBody();
    }
    public static String visit(String key) {
        List<Visit__c> found = [SELECT Place__c FROM Visit__c WHERE Key__c = :key WITH USER_MODE];
        String place = found.isEmpty() ? null : found[0].Place__c;
        try {
            return send('/visits/' + (place ?? 'nowhere').toLowerCase());
        } catch (ApiException error) {
            return 'problem: ' + error.getMessage();
        }
    }
}`;

const TESTS = `@IsTest private class Api_Tests {
    private class Service implements HttpCalloutMock {
        private Integer status;
        private String asked;
        private Service(Integer status) { this.status = status; }
        public HttpResponse respond(HttpRequest request) {
            asked = request.getEndpoint();
            HttpResponse response = new HttpResponse();
            response.setStatusCode(status);
            response.setBody('said');
            return response;
        }
    }
    @TestSetup static void aVisit() { insert new Visit__c(Place__c = 'Rome', Key__c = 'k'); }
    @IsTest static void aVisitIsAskedForByItsPlace() {
        Service service = new Service(299);
        Test.setMock(HttpCalloutMock.class, service);
        Assert.areEqual('said', Api.visit('k'));
        Assert.areEqual('callout:Service/v1/visits/rome', service.asked);
    }
    @IsTest static void aRefusalIsAProblem() {
        Test.setMock(HttpCalloutMock.class, new Service(409));
        Assert.areEqual('problem: said', Api.visit('k'));
    }
    @IsTest static void anAnswerOf300IsNoSuccess() {
        Test.setMock(HttpCalloutMock.class, new Service(300));
        Assert.areEqual('problem: said', Api.visit('k'));
    }
    @IsTest static void nobodyIsNowhere() {
        Test.setMock(HttpCalloutMock.class, new Service(200));
        Assert.areEqual('said', Api.visit('none'));
    }
}`;

async function failures(api, files = {}) {
    const all = { ...VISITS, 'classes/Api.cls': api, 'classes/Api_Tests.cls': TESTS, ...files };
    return inFolder(all, async (root) => {
        const program = load(root);
        const results = [];
        for (const each of findTests(program)) {
            results.push(await runTest(program, each));
        }
        return results
            .map((each) => each.failure)
            .filter(Boolean)
            .join('\n');
    });
}

function changed(from, to) {
    assert.ok(API.includes(from), 'the fault has its place');
    return API.replace(from, to);
}

test('without a fault the tests are green', async () => {
    assert.equal(await failures(API), '');
});

for (const [fault, from, to, words] of [
    [
        'DML before the callout',
        'String place =',
        "insert new Visit__c(Place__c = 'x'); String place =",
        /You have uncommitted work pending/
    ],
    [
        'a lost mapping of errors',
        'catch (ApiException error)',
        'catch (DmlException error)',
        /Api.ApiException: said/
    ],
    ['a wrong path', "'/visits/'", "'/visit/'", /Actual: callout:Service\/v1\/visit\/rome/],
    ['a wrong bound of the status', '>= 300', '> 300', /Expected: problem: said, Actual: said/],
    ['a null dereference', "(place ?? 'nowhere')", 'place', /Attempt to de-reference a null object/]
]) {
    test(`${fault} turns a test red`, async () => {
        assert.match(await failures(changed(from, to)), words);
    });
}

test('a misspelt field in SOQL stops the load', async () => {
    await assert.rejects(
        failures(changed('SELECT Place__c', 'SELECT Plaze__c')),
        (error) =>
            error instanceof LoadErrors &&
            /Api, line 13: No such column 'Plaze__c'/.test(error.message)
    );
});

test('a field that was renamed in the metadata alone stops the load', async () => {
    const path = 'objects/Visit__c/fields/Place__c.field-meta.xml';
    const files = { [path]: VISITS[path].replace('Place__c', 'Town__c') };
    await assert.rejects(
        failures(API, files),
        (error) => error instanceof LoadErrors && /No such column 'Place__c'/.test(error.message)
    );
});

// ---------------------------------------------------------------------- the command itself

const COMMAND = fileURLToPath(new URL('../test.mjs', import.meta.url));

function command(files, ...words) {
    return inFolder({ ...VISITS, ...files }, (root) => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [
            COMMAND,
            '--root',
            root,
            ...words
        ]);
        return { status, said: `${stdout}${stderr}` };
    });
}

const FILES = { 'classes/Api.cls': API, 'classes/Api_Tests.cls': TESTS };

test('the command names each test, with its time, and the coverage', async () => {
    const { status, said } = await command(FILES);
    assert.equal(status, 0, said);
    assert.match(said, /^ok {3}Api_Tests\.aRefusalIsAProblem \(\d+\.\d ms\)$/m);
    assert.match(said, /^ {2}ok {2}100 % {2}Api$/m);
    assert.match(said, /^4 tests, 0 failed/m);
});

test('the command runs one class or one test', async () => {
    assert.match((await command(FILES, 'api_tests.NOBODYISNOWHERE')).said, /^1 tests, 0 failed/m);
    assert.match((await command(FILES, 'Api_Tests')).said, /^4 tests, 0 failed/m);
});

test('the command ends with 1 when a test fails, and says where', async () => {
    const { status, said } = await command({
        ...FILES,
        'classes/Api.cls': changed('>= 300', '> 300')
    });
    assert.equal(status, 1);
    assert.match(said, /^FAIL Api_Tests\.anAnswerOf300IsNoSuccess/m);
    assert.match(said, /Class\.Api_Tests\.anAnswerOf300IsNoSuccess: line \d+, column 1/);
});

test('the command ends with 1 when there are no tests', async () => {
    const { status, said } = await command({ 'classes/Api.cls': API });
    assert.equal(status, 1);
    assert.match(said, /There are no tests/);
    assert.equal((await command(FILES, 'Nope_Tests')).status, 1);
});

test('the command ends with 1 when too little of a class has run, and names the lines', async () => {
    const idle =
        'public class Idle {\n    public static Integer f() {\n        return 1;\n    }\n}';
    const { status, said } = await command({ ...FILES, 'classes/Idle.cls': idle });
    assert.equal(status, 1);
    assert.match(said, /LOW {3}0 % {2}Idle {2}not run: 3/);
});

test('the command ends with 1 when a class cannot be loaded, and says where', async () => {
    const { status, said } = await command({
        ...FILES,
        'classes/Bad.cls': 'public class Bad {\n Integer x = ;\n}'
    });
    assert.equal(status, 1);
    assert.match(said, /Bad, line 2: /);
});
