/**
 * Runs the package's @IsTest classes, each method in a transaction and a database of its own.
 */
import { Context } from './run/context.mjs';
import { Store } from './org/store.mjs';
import { messageOf, traceText } from './run/text.mjs';
import { ApexException, wholeId } from './run/values.mjs';

/** Who runs the tests. */
const TESTER = {
    id: wholeId('005000000000001'),
    name: 'Test Runner',
    email: 'tester@example.com',
    username: 'tester@example.com',
    time_zone: 'America/Los_Angeles',
    locale: 'en_US',
    language: 'en_US'
};
const ORG = { id: wholeId('00D000000000001') };

/**
 * @param {object} program loaded
 * @param {string|null} filter Class or Class.method, in any case
 * @returns {Array<{decl: object, method: object}>} the tests, as declared
 */
export function findTests(program, filter = null) {
    const [className, methodName] = (filter ?? '').toLowerCase().split('.');
    return program.declarations.all
        .filter((decl) => decl.modifiers.annotations.has('istest'))
        .filter((decl) => !className || decl.name.toLowerCase() === className)
        .flatMap((decl) => decl.methods.map((method) => ({ decl, method })))
        .filter(({ method }) => isTest(method))
        .filter(({ method }) => !methodName || method.lname === methodName);
}

function isTest(method) {
    return method.annotations.has('istest') || method.modifiers.has('testmethod');
}

/** An org with nobody in it but the one who runs the tests, and their profile. */
function anOrg(program) {
    const store = new Store();
    const table = (name) => store.rows(program.types.schema.object(name));
    const profile = wholeId('00e000000000001');
    table('Profile').set(profile, row({ Id: profile, Name: 'Standard User' }));
    const minimal = wholeId('00e000000000003');
    table('Profile').set(minimal, row({ Id: minimal, Name: 'Minimum Access - Salesforce' }));
    const admin = wholeId('00e000000000002');
    table('Profile').set(admin, row({ Id: admin, Name: 'System Administrator' }));
    table('User').set(
        TESTER.id,
        row({
            Id: TESTER.id,
            Name: TESTER.name,
            LastName: 'Runner',
            FirstName: 'Test',
            Username: TESTER.username,
            Email: TESTER.email,
            ProfileId: admin,
            IsActive: true,
            TimeZoneSidKey: TESTER.time_zone,
            LocaleSidKey: TESTER.locale,
            LanguageLocaleKey: TESTER.language
        })
    );
    store.lastNumber = 100;
    return store;
}

const row = (values) => new Map(Object.entries(values));

function transaction(program, store) {
    return new Context(program, { user: TESTER, org: ORG, data: store, isTest: true });
}

async function preparedOrg(program, decl) {
    const store = anOrg(program);
    for (const method of decl.methods.filter((each) => each.annotations.has('testsetup'))) {
        await program.classes[decl.id][method.jsName](transaction(program, store));
    }
    return store;
}

/**
 * @param {object} program loaded
 * @param {{decl: object, method: object}} test which
 * @returns {Promise<{name: string, ms: number, failure: string|null}>} what came of it
 */
export async function runTest(program, { decl, method }) {
    const name = `${decl.name}.${method.name}`;
    const started = performance.now();
    let failure = null;
    try {
        if (!method.isStatic || method.params.length || method.returns.kind !== 'void') {
            throw new Error('a test method must be static void and have no parameters');
        }
        const store = await preparedOrg(program, decl);
        const ctx = transaction(program, store);
        await program.classes[decl.id][method.jsName](ctx);
    } catch (error) {
        failure = failureText(error);
    }
    return { name, ms: performance.now() - started, failure };
}

/** @returns {string} what went wrong, with the Apex stack */
export function failureText(error) {
    if (!(error instanceof ApexException)) {
        return `${error.name}: ${error.message}\n${error.stack}`;
    }
    const lines = [`${error.apexType.fullName}: ${messageOf(error)}`, traceText(error)];
    for (let cause = error.cause; cause; cause = cause.cause) {
        lines.push(`Caused by: ${cause.apexType.fullName}: ${messageOf(cause)}`, traceText(cause));
    }
    return lines.join('\n');
}
