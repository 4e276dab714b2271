import { describe, test } from 'node:test';
import { equals, isRefused, passes, throws } from './probe.mjs';

const ONE = "Visit__c v = new Visit__c(Place__c = 'p', Key__c = 'k');";

describe('records', () => {
    test('an unknown field is refused', async () => {
        await isRefused(
            /Field does not exist: Nope__c on Visit__c/,
            'Visit__c v = new Visit__c(Nope__c = 1);'
        );
        await isRefused(
            /Variable does not exist: Nope__c in Visit__c/,
            'Object x = new Visit__c().Nope__c;'
        );
    });
    test('a field has a type', () =>
        isRefused(
            /Illegal assignment from String to Datetime/,
            "Visit__c v = new Visit__c(Start__c = 'x');"
        ));
    test('a field that was not queried cannot be read', () =>
        throws(
            'SObjectException',
            'without querying the requested field: Visit__c.Key__c',
            `${ONE} insert v; String k = [SELECT Place__c FROM Visit__c].Key__c;`
        ));
    test('get and put by name', () =>
        passes(`${ONE} v.put('Key__c', 'z'); Assert.areEqual('z', v.get('key__c'));`));
    test('fields of Activity are fields of Event', () =>
        isRefused(
            /Field does not exist: Booking_Id__c on Event/,
            "Event e = new Event(Booking_Id__c = 'x');"
        ));
});

describe('DML', () => {
    test('insert gives an id, a number and an owner', () =>
        passes(
            `${ONE} insert v; Assert.isNotNull(v.Id); Visit__c r = [SELECT Name, OwnerId, CreatedDate FROM Visit__c WHERE Id = :v.Id]; Assert.isNotNull(r.Name); Assert.areEqual(UserInfo.getUserId(), r.OwnerId); Assert.isNotNull(r.CreatedDate);`
        ));
    test('a required field is required', () =>
        throws(
            'DmlException',
            'REQUIRED_FIELD_MISSING, Required fields are missing: [Place__c]: [Place__c]',
            'insert new Visit__c();'
        ));
    test('text has a length', () =>
        throws(
            'DmlException',
            'STRING_TOO_LONG, Key__c: data value too large: 12345678901 (max length=10): [Key__c]',
            "insert new Visit__c(Place__c = 'p', Key__c = '12345678901');"
        ));
    test('a unique value is there once, whatever its case', () =>
        throws(
            'DmlException',
            'DUPLICATE_VALUE',
            `${ONE} insert v; insert new Visit__c(Place__c = 'p', Key__c = 'K');`
        ));
    test('what the platform sets cannot be set', () =>
        throws(
            'DmlException',
            'INVALID_FIELD_FOR_INSERT_UPDATE',
            "insert new Visit__c(Place__c = 'p', Name = 'x');"
        ));
    test('a lookup leads to what is there', () =>
        throws(
            'DmlException',
            'INVALID_CROSS_REFERENCE_KEY',
            "insert new Visit__c(Place__c = 'p', Lead__c = '00Q000000000099');"
        ));
    test('all or nothing', () =>
        passes(
            `try { insert new List<Visit__c>{ new Visit__c(Place__c = 'a'), new Visit__c() }; Assert.fail(); } catch (DmlException e) { Assert.areEqual(1, e.getDmlIndex(0)); Assert.areEqual(StatusCode.REQUIRED_FIELD_MISSING, e.getDmlType(0)); } Assert.areEqual(0, [SELECT COUNT() FROM Visit__c]);`
        ));
    test('as many as can be, with Database.insert', () =>
        passes(
            `List<Database.SaveResult> r = Database.insert(new List<Visit__c>{ new Visit__c(Place__c = 'a'), new Visit__c() }, false); Assert.isTrue(r[0].isSuccess()); Assert.areEqual('Required fields are missing: [Place__c]', r[1].getErrors()[0].getMessage()); Assert.areEqual(1, [SELECT COUNT() FROM Visit__c]);`
        ));
    test('update changes what is given and keeps the rest', () =>
        passes(
            `${ONE} insert v; update as user new Visit__c(Id = v.Id, Place__c = 'q'); Visit__c r = [SELECT Place__c, Key__c FROM Visit__c]; Assert.areEqual('q', r.Place__c); Assert.areEqual('k', r.Key__c);`
        ));
    test('upsert goes by the external id', () =>
        passes(
            `${ONE} upsert v Key__c; upsert new Visit__c(Place__c = 'q', Key__c = 'K') Visit__c.Key__c; Assert.areEqual('q', [SELECT Place__c FROM Visit__c].Place__c);`
        ));
    test('what is deleted is gone', () =>
        throws('DmlException', 'ENTITY_IS_DELETED', `${ONE} insert v; delete v; update v;`));
    test('a rollback undoes', () =>
        passes(
            `Savepoint s = Database.setSavepoint(); ${ONE} insert v; Database.rollback(s); Assert.areEqual(0, [SELECT COUNT() FROM Visit__c]);`
        ));
    test('each test has a database of its own', () =>
        equals('0', '[SELECT COUNT() FROM Visit__c]'));
});

const THREE = `Lead ann = new Lead(LastName = 'Ann', Company = 'C'); insert ann;
    insert new List<Visit__c>{
        new Visit__c(Place__c = 'Rome', Key__c = 'a', Size__c = 2, Lead__c = ann.Id),
        new Visit__c(Place__c = 'Oslo', Key__c = 'b', Size__c = 1),
        new Visit__c(Place__c = 'Bonn', Key__c = 'c') };`;
const KEYS = `public class Keys { public static String of(List<Visit__c> found) { String s = '';
    for (Visit__c each : found) { s += each.Key__c; } return s; } }`;

describe('SOQL', () => {
    for (const [expected, rest] of [
        ["'abc'", ''],
        ["'b'", "WHERE Place__c = 'oslo'"],
        ["'bc'", "WHERE Place__c != 'Rome'"],
        ["'ab'", 'WHERE Size__c > 0 AND Size__c <= 2'],
        ["'ac'", "WHERE Key__c = 'a' OR (Size__c = null AND Place__c LIKE '%nn')"],
        ["'bc'", 'WHERE Place__c IN :places'],
        ["'a'", 'WHERE Place__c NOT IN :places'],
        ["'ab'", "WHERE NOT Key__c = 'c'"],
        ["'a'", "WHERE Lead__r.LastName = 'ann'"],
        ["'bac'", 'ORDER BY Size__c ASC NULLS LAST'],
        ["'ab'", 'ORDER BY Size__c DESC NULLS LAST LIMIT :two'],
        ["'c'", 'ORDER BY Key__c LIMIT 5 OFFSET 2'],
        ["'b'", "WHERE Key__c = 'b' WITH USER_MODE"]
    ]) {
        test(`${rest || 'all'} finds ${expected}`, () =>
            passes(
                `${THREE} Integer two = 2; Set<String> places = new Set<String>{ 'OSLO', 'Bonn' };
                Assert.areEqual(${expected}, Keys.of([SELECT Key__c FROM Visit__c ${rest}]));`,
                KEYS
            ));
    }
    test('a field of what a lookup leads to', () =>
        passes(
            `${THREE} Visit__c v = [SELECT Lead__r.LastName FROM Visit__c WHERE Key__c = 'a']; Assert.areEqual('Ann', v.Lead__r.LastName); Visit__c w = [SELECT Lead__r.LastName FROM Visit__c WHERE Key__c = 'b']; Assert.isNull(w.Lead__r.LastName);`
        ));
    test('no row where one is wanted is a QueryException', () =>
        throws(
            'QueryException',
            'List has no rows for assignment to SObject',
            'Visit__c v = [SELECT Id FROM Visit__c];'
        ));
    test('two rows where one is wanted are a QueryException', () =>
        throws(
            'QueryException',
            'more than 1 row',
            `${THREE} Visit__c v = [SELECT Id FROM Visit__c];`
        ));
    test('an unknown field is refused', () =>
        isRefused(
            /No such column 'Nope__c' on entity 'Visit__c'/,
            'Object x = [SELECT Nope__c FROM Visit__c];'
        ));
    test('an unknown field is refused in WHERE and ORDER BY too', async () => {
        await isRefused(
            /No such column/,
            'Object x = [SELECT Id FROM Visit__c WHERE Nope__c = 1];'
        );
        await isRefused(/No such column/, 'Object x = [SELECT Id FROM Visit__c ORDER BY Nope__c];');
    });
    test('AND and OR are not mixed', () =>
        isRefused(
            /mismatched input 'OR'/,
            "Object x = [SELECT Id FROM Visit__c WHERE Key__c = 'a' AND Key__c = 'b' OR Key__c = 'c'];"
        ));
    test('an unknown object is refused', () =>
        isRefused(
            /sObject type 'Nope__c' is not supported/,
            'Object x = [SELECT Id FROM Nope__c];'
        ));
    test('what is not played is refused', async () => {
        await isRefused(/not played/, 'Object x = [SELECT COUNT(Id) FROM Visit__c];');
        await isRefused(
            /not played/,
            'Object x = [SELECT Id, (SELECT Id FROM Contacts) FROM Account];'
        );
        await isRefused(
            /not played/,
            'Object x = [SELECT Id FROM Visit__c WHERE Start__c > TODAY];'
        );
    });
    test('a query out of text binds the variables around it', () =>
        passes(
            `${THREE} String key = 'b'; List<Visit__c> found = Database.query('SELECT Key__c FROM Visit__c WHERE Key__c = :key', AccessLevel.USER_MODE); Assert.areEqual('b', Keys.of(found));`,
            KEYS
        ));
    test('a query out of text with binds of its own', () =>
        passes(
            `${THREE} Assert.areEqual(1, Database.countQueryWithBinds('SELECT COUNT() FROM Visit__c WHERE Key__c = :k', new Map<String, Object>{ 'k' => 'b' }, AccessLevel.USER_MODE)); Assert.areEqual(1, Database.queryWithBinds('SELECT Id FROM Visit__c WHERE Key__c = :k', new Map<String, Object>{ 'k' => 'b' }, AccessLevel.USER_MODE).size());`
        ));
    test('a wrong query out of text is a QueryException', async () => {
        await throws(
            'QueryException',
            'No such column',
            "Database.query('SELECT Nope__c FROM Visit__c');"
        );
        await throws(
            'QueryException',
            'Variable does not exist: nope',
            "Database.query('SELECT Id FROM Visit__c WHERE Id = :nope');"
        );
        await throws('QueryException', '', "Database.query('SELECT FROM');");
    });
    test('a user without access sees no object in user mode', () =>
        throws(
            'QueryException',
            'is not supported',
            `${THREE} Profile p = [SELECT Id FROM Profile WHERE Name = 'Minimum Access - Salesforce'];
            System.runAs(new User(LastName = 'Nobody', ProfileId = p.Id)) { Object x = Database.query('SELECT Id FROM Visit__c', AccessLevel.USER_MODE); }`
        ));
});
