import { describe, test } from 'node:test';
import { equals, fails, isRefused, passes, throws } from './probe.mjs';

describe('String', () => {
    for (const [expected, expression] of [
        ['true', "String.isBlank(' ')"],
        ['false', 'String.isNotBlank(null)'],
        ["'a,b'", "String.join(new List<String>{ 'a', 'b' }, ',')"],
        ["'1-2'", "String.join(new Set<Integer>{ 1, 2 }, '-')"],
        [
            "'Hi Ann, it''s {x}'".replace("''", "\\'"),
            "String.format('Hi {0}, it\\'\\'s {1}', new List<Object>{ 'Ann', '{x}' })"
        ],
        ["new List<String>{ 'a', 'b', 'c' }", "'a.b.c'.split('\\\\.')"],
        ["new List<String>{ 'a', 'b' }", "'a,b,,'.split(',')"],
        ["'abc...'", "'abcdefgh'.abbreviate(6)"],
        ["'b'", "'abc'.substring(1, 2)"],
        ["'c'", "'a/b/c'.substringAfterLast('/')"],
        ["'b'", "'a[b]c'.substringBetween('[', ']')"],
        ["'a-b'", "'a b'.replace(' ', '-')"],
        ["'xbxb'", "'abab'.replaceAll('a', 'x')"],
        ["'&lt;a&gt;'", "'<a>'.escapeHtml4()"],
        ["'it\\\\\\'s'", "String.escapeSingleQuotes('it\\'s')"],
        ["'a+b%26%2F'", "EncodingUtil.urlEncode('a b&/', 'UTF-8')"],
        ["'a b&/'", "EncodingUtil.urlDecode('a+b%26%2F', 'UTF-8')"],
        ["'aGk='", "EncodingUtil.base64Encode(Blob.valueOf('hi'))"],
        ["'hi'", "EncodingUtil.base64Decode('aGk=').toString()"],
        ['36', 'UUID.randomUUID().toString().length()'],
        ["'null'", "String.valueOf((Object) null) + ''"],
        ['true', "Pattern.matches('[a-c]+', 'abc')"],
        ["'Hello & welcome'", 'System.Label.Greeting'],
        ["'Hello & welcome'", 'Label.greeting']
    ]) {
        test(`${expression} is ${expected}`, () => equals(expected, expression));
    }
    test('a substring beyond the end is a StringException', () =>
        throws('StringException', 'out of bounds', "'abc'.substring(2, 9);"));
    test('an unknown label is refused', () =>
        isRefused(/External string does not exist: Farewell/, 'String s = System.Label.Farewell;'));
});

describe('Id', () => {
    test('15 characters become 18', () =>
        equals("'00Q000000000001EAA'", "Id.valueOf('00Q000000000001')"));
    test('text is made an id where one is wanted', () =>
        passes(
            "Id x = '00Q000000000001'; Assert.areEqual(18, String.valueOf(x).length()); Assert.areEqual('00Q000000000001', x.to15());"
        ));
    test('what is no id is a StringException', () =>
        throws('StringException', 'Invalid id: abc', "Id x = 'abc';"));
    test('an id tells its object', () =>
        passes(
            "Id x = '00Q000000000001'; Assert.areEqual('Lead', x.getSobjectType().getDescribe().getName()); Assert.areEqual(Lead.SObjectType, x.getSobjectType());"
        ));
    test('an id of no object is an SObjectException', () =>
        throws(
            'SObjectException',
            'Cannot locate',
            "Id x = 'zzz000000000001'; x.getSObjectType();"
        ));
});

describe('numbers', () => {
    for (const [expected, expression] of [
        ['7', "Integer.valueOf(' 7 ')"],
        ['2.35', '2.345.setScale(2)'],
        ['2', '2.5.round()'],
        ["'1,234,567'", '1234567.format()'],
        ['3', 'Math.max(3, 2)'],
        ['1', 'Math.mod(7, 3)'],
        ['2.0', '(Decimal) 2']
    ]) {
        test(`${expression} is ${expected}`, () => equals(expected, expression));
    }
    test('what is no number is a TypeException', () =>
        throws('TypeException', 'Invalid integer: x', "Integer.valueOf('x');"));
});

describe('time', () => {
    for (const [expected, expression] of [
        [
            "'2027-03-14T02:30:00.000Z'",
            "Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0).formatGmt('yyyy-MM-dd\\'T\\'HH:mm:ss.SSS\\'Z\\'')"
        ],
        [
            "'Sat, Mar 13 6:30 PM'",
            "Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0).format('EEE, MMM d h:mm a')"
        ],
        ["'2027-03-13 18:30:00'", 'String.valueOf(Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0))'],
        [
            "'11:30 +0900'",
            "Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0).format('HH:mm Z', 'Asia/Tokyo')"
        ],
        ['10', 'Datetime.newInstance(2027, 3, 14, 3, 0, 0).hourGmt()'],
        [
            'Datetime.newInstanceGmt(2027, 3, 14, 2, 45, 0)',
            'Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0).addMinutes(15)'
        ],
        ['Datetime.newInstance(1000L)', "Datetime.valueOfGmt('1970-01-01 00:00:01')"],
        ['Date.newInstance(2027, 2, 28)', 'Date.newInstance(2027, 1, 31).addMonths(1)'],
        ['1', "Date.valueOf('2027-01-01').daysBetween(Date.newInstance(2027, 1, 2))"],
        ['true', 'Date.today() <= System.today() && Datetime.now() > Datetime.newInstance(0L)']
    ]) {
        test(`${expression} is ${expected}`, () => equals(expected, expression));
    }
    test('what is no time is a TypeException', () =>
        throws('TypeException', 'Invalid date/time', "Datetime.valueOf('2027-01-01T00:00:00Z');"));
});

describe('collections', () => {
    test('lists grow, shrink, sort and find', () =>
        passes(
            "List<String> l = new List<String>{ 'c', 'a' }; l.add(0, 'b'); l.addAll(new Set<String>{ 'd' }); l.sort(); Assert.areEqual('(a, b, c, d)', String.valueOf(l)); Assert.areEqual('b', l.remove(1)); Assert.areEqual(1, l.indexOf('c')); l[0] = 'z'; Assert.isTrue(l.contains('z')); Assert.areEqual(3, l.size());"
        ));
    test('an index beyond the end is a ListException', () =>
        throws(
            'ListException',
            'List index out of bounds: 1',
            'Integer x = new List<Integer>{ 1 }[1];'
        ));
    test('a list of Comparables is sorted by compareTo', () =>
        passes(
            'List<W> l = new List<W>{ new W(2), new W(1) }; l.sort(); Assert.areEqual(1, l[0].n);',
            'public class W implements Comparable { public Integer n; public W(Integer n) { this.n = n; } public Integer compareTo(Object o) { return n - ((W) o).n; } }'
        ));
    test('a list is sorted by a Comparator', () =>
        passes(
            'List<Integer> l = new List<Integer>{ 1, 3, 2 }; l.sort(new Down()); Assert.areEqual(new List<Integer>{ 3, 2, 1 }, l);',
            'public class Down implements Comparator<Integer> { public Integer compare(Integer a, Integer b) { return b - a; } }'
        ));
    test('collections are made of collections', () =>
        passes(
            "Set<String> s = new Set<String>(new List<String>{ 'a', 'b', 'a' }); Assert.areEqual(new List<String>{ 'a', 'b' }, new List<String>(s)); Assert.areEqual(s, new Set<String>(s)); Map<String, Integer> m = new Map<String, Integer>{ 'a' => 1 }; Assert.areEqual(m, new Map<String, Integer>(m));"
        ));
    test('sets hold each once and regard case', () =>
        passes(
            "Set<String> s = new Set<String>{ 'a', 'A', 'a' }; Assert.areEqual(2, s.size()); Assert.isFalse(s.add('a')); Assert.isTrue(s.containsAll(new List<String>{ 'a' })); s.retainAll(new Set<String>{ 'A' }); Assert.areEqual('{A}', s.toString());"
        ));
    test('maps', () =>
        passes(
            "Map<String, Integer> m = new Map<String, Integer>{ 'a' => 1, 'b' => 2 }; Assert.areEqual(1, m.put('a', 3)); Assert.isNull(m.get('c')); Assert.isTrue(m.containsKey('b')); Assert.areEqual(new Set<String>{ 'a', 'b' }, m.keySet()); Assert.areEqual(new List<Integer>{ 3, 2 }, m.values()); m.remove('a'); Assert.areEqual('{b=2}', String.valueOf(m));"
        ));
    test('maps of records by id', () =>
        passes(
            "Visit__c v = new Visit__c(Place__c = 'x'); insert v; Map<Id, Visit__c> m = new Map<Id, Visit__c>([SELECT Id FROM Visit__c]); Assert.isTrue(m.containsKey(v.Id));"
        ));
    test('arrays', () =>
        passes(
            'Integer[] a = new Integer[]{ 1, 2 }; a[1] += 3; Assert.areEqual(5, a[1]); String[] b = new String[2]; Assert.isNull(b[1]);'
        ));
    test('what does not fit is refused', () =>
        isRefused(
            /incorrect signature: List<Integer>.add\(String\)/,
            "new List<Integer>().add('a');"
        ));
    test('a wrong cast of a list is a TypeException', () =>
        throws(
            'TypeException',
            'Invalid conversion from runtime type List<Object> to List<String>',
            'Object o = new List<Object>{ 1 }; List<String> l = (List<String>) o;'
        ));
});

const DTO = `public virtual class Dto {
    public String name; public Integer size; public Boolean is_big; public Datetime start_at; public Decimal price;
    public List<Part> parts; public Map<String, Integer> counts; public Id record_id; transient public String secret = 's';
    private Integer hidden; public static Integer count = 1; public Kind kind;
    public enum Kind { A, B }
    public class Part { public String label; public Part(String label) { this.label = label; } }
    public String shout { get { return name?.toUpperCase(); } set { name = value.toLowerCase(); } }
    public class Sub extends Dto { public Integer more; }
}`;

describe('JSON', () => {
    test('objects are written with nulls, or without', () =>
        passes(
            "Dto.Part p = new Dto.Part(null); Assert.areEqual('{\"label\":null}', JSON.serialize(p)); Assert.areEqual('{}', JSON.serialize(p, true));",
            DTO
        ));
    test('values are written as they are', () =>
        equals(
            '\'{"a":[1,2.50,true,null,"x\\\\"y"],"t":"2027-03-14T02:30:00.000Z","d":"2027-03-14"}\'',
            "JSON.serialize(new Map<String, Object>{ 'a' => new List<Object>{ 1, 2.50, true, null, 'x\"y' }, 't' => Datetime.newInstanceGmt(2027, 3, 14, 2, 30, 0), 'd' => Date.newInstance(2027, 3, 14) })"
        ));
    test('accessors are used, transient and static fields are not', () =>
        passes(
            'Dto d = new Dto(); d.name = \'n\'; String s = JSON.serialize(d, true); Assert.areEqual(\'{"name":"n","shout":"N"}\', s);',
            DTO
        ));
    test('text is read into a class, also into what is inherited', () =>
        passes(
            'Dto.Sub d = (Dto.Sub) JSON.deserialize(\'{"name":"n","SIZE":3,"is_big":true,"start_at":"2027-03-14T02:30:00+01:00","price":1.50,"parts":[{"label":"l"}],"counts":{"a":1},"record_id":"00Q000000000001","kind":"B","more":4,"unknown":{}}\', Dto.Sub.class); Assert.areEqual(3, d.size); Assert.areEqual(Datetime.newInstanceGmt(2027, 3, 14, 1, 30, 0), d.start_at); Assert.areEqual(\'1.50\', String.valueOf(d.price)); Assert.areEqual(\'l\', d.parts[0].label); Assert.areEqual(1, d.counts.get(\'a\')); Assert.areEqual(\'00Q000000000001EAA\', d.record_id); Assert.areEqual(Dto.Kind.B, d.kind); Assert.areEqual(4, d.more);',
            DTO
        ));
    test('deserialize overlooks what the class lacks, deserializeStrict does not', async () => {
        await passes('JSON.deserialize(\'{"nope":1}\', Dto.class);', DTO);
        await throws(
            'JSONException',
            'Unknown field: Dto.nope',
            'JSON.deserializeStrict(\'{"nope":1}\', Dto.class);',
            DTO
        );
    });
    test('the wrong kind of value is a JSONException', () =>
        throws(
            'JSONException',
            'Illegal value for primitive',
            'JSON.deserialize(\'{"size":"x"}\', Dto.class);',
            DTO
        ));
    test('an object where a list belongs is a JSONException', () =>
        throws(
            'JSONException',
            'Malformed JSON',
            'JSON.deserialize(\'{"parts":{}}\', Dto.class);',
            DTO
        ));
    test('what is no time is a JSONException', () =>
        throws(
            'JSONException',
            'Illegal value',
            'JSON.deserialize(\'{"start_at":"noon"}\', Dto.class);',
            DTO
        ));
    test('what is no JSON is a JSONException that says where', () =>
        throws(
            'JSONException',
            "Unexpected character (\\'<\\' (code 60))",
            "JSON.deserialize('<html>', Dto.class);",
            DTO
        ));
    test('nothing is a JSONException', () =>
        throws('JSONException', 'No content', "JSON.deserializeUntyped('');"));
    test('null is a null dereference', () =>
        throws(
            'NullPointerException',
            'Argument cannot be null',
            'JSON.deserialize(null, Dto.class);',
            DTO
        ));
    test('untyped: maps, lists and simple values', () =>
        passes(
            "Map<String, Object> m = (Map<String, Object>) JSON.deserializeUntyped('{\"a\":[1,1.5,3000000000,\"x\",false,null]}'); List<Object> l = (List<Object>) m.get('a'); Assert.isTrue(l[0] instanceof Integer); Assert.isTrue(l[1] instanceof Decimal); Assert.isTrue(l[2] instanceof Long); Assert.areEqual('x', (String) l[3]); Assert.isFalse((Boolean) l[4]); Assert.isNull(l[5]);"
        ));
    test('an untyped number is no text', () =>
        throws(
            'TypeException',
            'Invalid conversion from runtime type Integer to String',
            "String s = (String) JSON.deserializeUntyped('1');"
        ));
    test('what JSON cannot hold is a JSONException', () =>
        throws(
            'JSONException',
            'Apex Type unsupported in JSON',
            'JSON.serialize(new HttpRequest());'
        ));
    test('pretty', () =>
        equals(
            '\'{\\n  "a" : 1,\\n  "b" : [ 1, 2 ]\\n}\'',
            "JSON.serializePretty(new Map<String, Object>{ 'a' => 1, 'b' => new List<Integer>{ 1, 2 } })"
        ));
});

describe('objects that JSON made', () => {
    test('find their class ready', () =>
        passes(
            "Assert.areEqual(3, ((Late) JSON.deserialize('{}', Late.class)).get());",
            'public class Late { private static Integer n = 3; public Integer get() { return n; } }'
        ));
});

describe('Type', () => {
    test('forName and newInstance', () =>
        passes(
            "Object o = Type.forName('Dto.Sub').newInstance(); Assert.isInstanceOfType(o, Dto.class); Assert.isNull(Type.forName('Nobody')); Assert.areEqual('Dto.Sub', Dto.Sub.class.getName());",
            DTO
        ));
});

const MOCK = `public class Mock implements HttpCalloutMock {
    public static HttpRequest last;
    public HttpResponse respond(HttpRequest request) {
        last = request;
        HttpResponse r = new HttpResponse(); r.setStatusCode(201); r.setHeader('Retry-After', '3'); r.setBody('b'); return r;
    } }`;
const SEND =
    "HttpRequest r = new HttpRequest(); r.setEndpoint('callout:X/y'); r.setMethod('POST'); r.setHeader('a-B', 'c'); HttpResponse s = new Http().send(r);";

describe('callouts', () => {
    test('a mock answers, and headers disregard case', () =>
        passes(
            `Test.setMock(HttpCalloutMock.class, new Mock()); ${SEND} Assert.areEqual(201, s.getStatusCode()); Assert.areEqual('3', s.getHeader('retry-after')); Assert.isNull(s.getHeader('no')); Assert.areEqual('c', Mock.last.getHeader('A-b')); Assert.areEqual(1, Limits.getCallouts());`,
            MOCK
        ));
    test('without a mock a callout fails', () =>
        throws('TypeException', 'do not support Web service callouts', SEND));
    test('after DML a callout fails', () =>
        throws(
            'CalloutException',
            'You have uncommitted work pending',
            `insert new Visit__c(Place__c = 'p'); Test.setMock(HttpCalloutMock.class, new Mock()); ${SEND}`,
            MOCK
        ));
    test('startTest begins a transaction of its own', () =>
        passes(
            `insert new Visit__c(Place__c = 'p'); Test.setMock(HttpCalloutMock.class, new Mock()); Test.startTest(); ${SEND} Test.stopTest();`,
            MOCK
        ));
    test('the 101st callout is one too many', () =>
        fails(
            /LimitException: Too many callouts: 101/,
            `Test.setMock(HttpCalloutMock.class, new Mock()); for (Integer i = 0; i < 101; i++) { ${SEND} }`,
            MOCK
        ));
    test('a timeout has bounds', () =>
        throws('CalloutException', 'Invalid timeout', 'new HttpRequest().setTimeout(120001);'));
});

describe('asserts and users', () => {
    test('a failed assertion says what was expected', () =>
        fails(/Assertion Failed: size: Expected: 1, Actual: 2/, "Assert.areEqual(1, 2, 'size');"));
    test('areEqual regards case', () =>
        fails(/Expected: a, Actual: A/, "Assert.areEqual('a', 'A');"));
    test('an integer equals a decimal of its size', () => equals('1.0', '1'));
    test('runAs runs as somebody else, and back', () =>
        passes(
            "Id me = UserInfo.getUserId(); User u = new User(Id = '005000000000009', LastName = 'Li', TimeZoneSidKey = 'Asia/Tokyo'); System.runAs(u) { Assert.areEqual('005000000000009AAA', UserInfo.getUserId()); Assert.areEqual('Asia/Tokyo', UserInfo.getTimeZone().getID()); } Assert.areEqual(me, UserInfo.getUserId());"
        ));
    test('tests know that they are tests', () => equals('true', 'Test.isRunningTest()'));
});
