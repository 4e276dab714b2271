import { describe, test } from 'node:test';
import { LIMITS } from '../run/context.mjs';
import { equals, fails, isRefused, passes, throws } from './probe.mjs';

describe('numbers', () => {
    test('integers are divided without a rest', () => equals('3', '7 / 2'));
    test('decimals are divided exactly', () => equals('3.5', '7.0 / 2'));
    test('integers wrap round', () => equals('-2147483648', '2147483647 + 1'));
    test('longs do not wrap where integers would', () => equals('2147483648L', '2147483647 + 1L'));
    test('a division by zero is a MathException', () =>
        throws('MathException', 'Divide by 0', 'Integer none = 0; Integer x = 1 / none;'));
    test('arithmetic with null is a null dereference', () =>
        throws('NullPointerException', 'null object', 'Integer none; Integer x = 1 + none;'));
    test('a decimal is no integer without a cast', () =>
        isRefused(/Illegal assignment from Decimal to Integer/, 'Integer x = 1.5;'));
    test('a decimal keeps its places', () => equals("'1.50'", 'String.valueOf(1.50)'));
    test('a step after gives the value before', () =>
        passes(
            'Integer x = 1; Assert.areEqual(1, x++); Assert.areEqual(3, ++x); x += 4; Assert.areEqual(7, x);'
        ));
    test('comparisons with null are false', () =>
        passes('Integer none; Assert.isFalse(none < 1); Assert.isFalse(none >= 1);'));
    test('bits can be shifted', () => equals('20', '(5 << 2) | (1 & 2)'));
});

describe('text', () => {
    test('== disregards case, equals does not', () =>
        passes(
            "Assert.isTrue('a' == 'A'); Assert.isFalse('a'.equals('A')); Assert.isTrue('a' != 'b');"
        ));
    test('what is null reads as null', () =>
        passes("String none; Assert.areEqual('xnull', 'x' + none);"));
    test('numbers join text', () => equals("'a1.50true'", "'a' + 1.50 + true"));
    test('escapes mean what they say', () => equals('5', "'a\\'\\u0041\\n\\\\'.length()"));
    test('+= appends', () => passes("String s = 'a'; s += 1; Assert.areEqual('a1', s);"));
});

describe('names', () => {
    test('names are not case sensitive', () =>
        passes('Integer Count = 1; ASSERT.AREEQUAL(1, count); system.ASSERTEQUALS(1, COUNT);'));
    test('an unknown variable is refused', () =>
        isRefused(/Variable does not exist: y/, 'Integer x = y;'));
    test('an unknown method is refused', () => isRefused(/Method does not exist.*: foo/, 'foo();'));
    test('an unknown method of the platform is refused', () =>
        isRefused(/Method does not exist.*: String\.shout/, "String x = 'a'.shout();"));
    test('an unknown type is refused', () => isRefused(/Invalid type: Nobody/, 'Nobody x;'));
    test('a variable is declared once', () =>
        isRefused(/Duplicate variable: X/, 'Integer x; if (true) { String X; }'));
    test('arguments of the wrong type are refused', () =>
        isRefused(/incorrect signature: String\.left\(String\)/, "String x = 'a'.left('b');"));
    test('a refusal names class and line', () =>
        isRefused(/^Probe_Tests, line 4: /, 'Integer x;\nx = nobody;'));
    test('asynchronous Apex is refused', () =>
        isRefused(
            /@future is not played/,
            '',
            'public class A { @future public static void f() {} }'
        ));
    test('what is not played is refused by name', () =>
        isRefused(/not played here/, 'undelete new Visit__c();'));
});

const SHAPES = `public abstract class Shape {
    public static Integer made = 0;
    protected String name = 'shape';
    public Shape() { this('?'); }
    public Shape(String name) { this.name = name; made += 1; }
    public abstract Integer corners();
    public virtual String shown() { return name + ':' + corners(); }
    public class Square extends Shape {
        public Square() { super('square'); }
        public override Integer corners() { return 4; }
        public override String shown() { return '[' + super.shown() + ']'; }
    }
    public class Blob2 extends Shape { public override Integer corners() { return 0; } }
}`;

describe('classes', () => {
    test('methods are chosen by the object', () =>
        equals("'[square:4]'", 'new Shape.Square().shown()', SHAPES));
    test('a constructor calls the one above it, and chains', () =>
        passes(
            "Shape s = new Shape.Blob2(); Assert.areEqual('?:0', s.shown()); Assert.areEqual(1, Shape.made);",
            SHAPES
        ));
    test('statics live as long as a transaction', () =>
        passes('new Shape.Square(); new Shape.Square(); Assert.areEqual(2, Shape.made);', SHAPES));
    test('an abstract class is not made', () =>
        isRefused(/Abstract classes cannot be constructed/, 'new Shape();', SHAPES));
    test('an open abstract method is refused', () =>
        isRefused(
            /must implement the method: Integer Shape\.corners/,
            '',
            SHAPES,
            'public class Bad extends Shape {}'
        ));
    test('overriding has to be said', () =>
        isRefused(
            /override keyword/,
            '',
            SHAPES,
            'public class Bad extends Shape { public Integer corners() { return 1; } }'
        ));
    test('instanceof and casts go by the object', () =>
        passes(
            'Shape s = new Shape.Square(); Assert.isTrue(s instanceof Shape.Square); Assert.isFalse(s instanceof Shape.Blob2); Shape.Square q = (Shape.Square) s; Assert.areEqual(4, q.corners());',
            SHAPES
        ));
    test('a wrong cast is a TypeException', () =>
        throws(
            'TypeException',
            'Invalid conversion from runtime type Shape.Square to Shape.Blob2',
            'Shape s = new Shape.Square(); Shape.Blob2 b = (Shape.Blob2) s;',
            SHAPES
        ));
    test('a cast that can never succeed is refused', () =>
        isRefused(/never an instance/, "String s = 'a'; Object o = (Shape) s;", SHAPES));
    test('overloads are chosen by the arguments', () =>
        passes(
            "Assert.areEqual('i', Over.f(1)); Assert.areEqual('o', Over.f(true)); Assert.areEqual('s', Over.f('x'));",
            "public class Over { public static String f(Integer a) { return 'i'; } public static String f(Object a) { return 'o'; } public static String f(String a) { return 's'; } }"
        ));
    test('interfaces are implemented by any class', () =>
        passes(
            "Named n = new Dog(); Assert.areEqual('dog', n.named()); Assert.isTrue(n instanceof Dog);",
            'public interface Named { String named(); }',
            "public class Dog implements Named { public String named() { return 'dog'; } }"
        ));
    test('an interface must be implemented', () =>
        isRefused(
            /must implement the method: String Named.named/,
            '',
            'public interface Named { String named(); }',
            'public class Dog implements Named {}'
        ));
    test('fields get their values before the constructor runs, in order', () =>
        passes(
            "Assert.areEqual('ab!', new F().c);",
            "public class F { String a = 'a'; String b = a + 'b'; public String c; public F() { c = b + '!'; } }"
        ));
    test('static blocks run once, at the first use', () =>
        passes(
            'Assert.areEqual(1, G.count); Assert.areEqual(1, G.count);',
            'public class G { public static Integer count = 0; static { count++; } }'
        ));
    test('toString of the package is used in text', () =>
        equals(
            "'me!'",
            "new H() + '!'",
            "public class H { public override String toString() { return 'me'; } }"
        ));
    test('without a toString the fields are shown', () =>
        equals(
            "'I:[a=1, b=null]'",
            'String.valueOf(new I())',
            'public class I { Integer a = 1; String b; }'
        ));
    test('== goes by an equals of the package', () =>
        passes(
            'Assert.isTrue(new J() == new J()); Assert.isFalse(new J() === new J());',
            'public class J { public Boolean equals(Object other) { return other instanceof J; } public override Integer hashCode() { return 1; } }'
        ));
});

const SEEN = `public class Seen {
    private Integer hidden = 1;
    @TestVisible private Integer shown = 2;
    private static Integer secret() { return 3; }
    @TestVisible private static Integer told() { return 4; }
    public Integer readable { get; private set; }
    public Integer twice { get { return twice * 2; } set { twice = value + 1; } }
    public static Integer lazy { get { if (lazy == null) { lazy = 7; } return lazy; } private set; }
    public final Integer fixed = 5;
    public Integer own() { return hidden + secret(); }
}`;

describe('access', () => {
    test('private fields are not visible elsewhere', () =>
        isRefused(/Variable is not visible: Seen.hidden/, 'Integer x = new Seen().hidden;', SEEN));
    test('private methods are not visible elsewhere', () =>
        isRefused(/Method is not visible: Seen.secret/, 'Integer x = Seen.secret();', SEEN));
    test('@TestVisible opens to tests alone', async () => {
        await passes(
            'Assert.areEqual(2, new Seen().shown); Assert.areEqual(4, Seen.told());',
            SEEN
        );
        await isRefused(
            /not visible: Seen.told/,
            '',
            SEEN,
            'public class Other { Integer x = Seen.told(); }'
        );
    });
    test('inner and outer class see each other', () =>
        equals(
            '2',
            'new Out().sum()',
            'public class Out { private Integer a = 1; private class In { private Integer b = 1; } public Integer sum() { return a + new In().b; } }'
        ));
    test('a setter may be private', () =>
        isRefused(/not visible: Seen.readable/, 'new Seen().readable = 1;', SEEN));
    test('accessors run', () =>
        passes(
            'Seen s = new Seen(); s.twice = 4; Assert.areEqual(10, s.twice); Assert.areEqual(7, Seen.lazy);',
            SEEN
        ));
    test('final fields stay', () => isRefused(/Final variable/, 'new Seen().fixed = 6;', SEEN));
    test('final variables stay', () => isRefused(/Final variable/, 'final Integer x = 1; x = 2;'));
    test('a final variable may be set once later', () =>
        passes('final Integer x; x = 2; Assert.areEqual(2, x);'));
    test('this does not exist in a static method', () =>
        isRefused(/static context/, 'Object x = this;'));
});

describe('enums', () => {
    const SIZES = 'public class Z { public enum Size { SMALL, BIG } }';
    test('values, name and ordinal', () =>
        passes(
            "Assert.areEqual('BIG', Z.Size.BIG.name()); Assert.areEqual(2, Z.Size.values().size()); Assert.areEqual(1, Z.Size.BIG.ordinal()); Assert.areEqual(Z.Size.SMALL, Z.Size.valueOf('small'));",
            SIZES
        ));
    test('an unknown value is a NoSuchElementException', () =>
        throws('NoSuchElementException', 'No enum constant', "Z.Size.valueOf('HUGE');", SIZES));
    test('a switch goes by them', () =>
        passes(
            "String s; switch on Z.Size.BIG { when SMALL { s = 's'; } when BIG { s = 'b'; } } Assert.areEqual('b', s);",
            SIZES
        ));
    test('a switch names only what there is', () =>
        isRefused(/Invalid value for Z.Size/, 'switch on Z.Size.BIG { when HUGE {} }', SIZES));
});

describe('control', () => {
    test('a switch on text regards case', () =>
        passes(
            "String s = 'n'; switch on 'A' { when 'a' { s = 'a'; } when else { s = 'else'; } } Assert.areEqual('else', s);"
        ));
    test('a switch on null', () =>
        passes(
            "Integer none; String s; switch on none { when 1, 2 { s = 'n'; } when null { s = 'null'; } } Assert.areEqual('null', s);"
        ));
    test('a switch on types', () =>
        passes(
            "SObject r = new Lead(LastName = 'N'); String s; switch on r { when Contact c { s = 'c'; } when Lead l { s = l.LastName; } } Assert.areEqual('N', s);"
        ));
    test('break within a switch leaves the loop', () =>
        passes(
            'Integer n = 0; for (Integer i = 0; i < 5; i++) { switch on i { when 2 { break; } } n++; } Assert.areEqual(2, n);'
        ));
    test('continue still takes the step', () =>
        passes(
            'Integer n = 0; for (Integer i = 0; i < 4; i++) { if (i == 1) { continue; } n += i; } Assert.areEqual(5, n);'
        ));
    test('while and do', () =>
        passes(
            'Integer n = 0; while (n < 3) { n++; } do { n++; } while (false); Assert.areEqual(4, n);'
        ));
    test('a collection stays as it is while a loop walks it', () =>
        throws(
            'FinalException',
            'being iterated',
            'List<Integer> all = new List<Integer>{ 1, 2 }; for (Integer i : all) { all.add(i); }'
        ));
    test('an endless loop ends', async () => {
        const { cpuMs } = LIMITS;
        LIMITS.cpuMs = 100;
        try {
            await fails(/Apex CPU time limit exceeded/, 'while (true) {}');
        } finally {
            LIMITS.cpuMs = cpuMs;
        }
    });
    test('many calls one after the other are no recursion', () =>
        passes(
            'Integer n = 0; for (Integer i = 0; i < 1500; i++) { n = S.next(n); } Assert.areEqual(1500, n);',
            'public class S { public static Integer next(Integer n) { return n + 1; } }'
        ));
    test('an endless recursion ends', () =>
        fails(
            /Maximum stack depth/,
            'R.f();',
            'public class R { public static void f() { f(); } }'
        ));
    test('a condition must be boolean', () => isRefused(/must be of type Boolean/, 'if (1) {}'));
    test('a condition that is null is a null dereference', () =>
        throws('NullPointerException', 'null object', 'Boolean none; if (none) {}'));
});

describe('null', () => {
    test('a call on null is caught as a null dereference', () =>
        throws(
            'NullPointerException',
            'Attempt to de-reference a null object',
            'String none; none.length();'
        ));
    test('?. leaves out the rest of the chain', () =>
        passes(
            'String none; Assert.isNull(none?.trim().toLowerCase()); Lead l; Assert.isNull(l?.LastName);'
        ));
    test('?. evaluates what is before it once', () =>
        passes(
            "Assert.areEqual('1', Once.get()?.trim()); Assert.areEqual(1, Once.n);",
            "public class Once { public static Integer n = 0; public static String get() { n++; return ' ' + n; } }"
        ));
    test('?? gives what is behind it for null', () =>
        passes(
            "String none; Assert.areEqual('b', none ?? 'b'); Assert.areEqual('a', 'a' ?? 'b');"
        ));
});

const OWN = `public class TroubleException extends Exception { public Integer code = 0;
    public TroubleException(Integer code) { this('code ' + code); this.code = code; } }`;

describe('exceptions', () => {
    test('the first clause that fits catches', () =>
        passes(
            "String s; try { throw new TroubleException('x'); } catch (DmlException e) { s = 'dml'; } catch (TroubleException e) { s = e.getMessage(); } Assert.areEqual('x', s);",
            OWN
        ));
    test('finally runs, and its return value counts', () =>
        passes(
            "Assert.areEqual('tf', Fin.f());",
            "public class Fin { static String s = ''; public static String f() { try { s += 't'; throw new MathException('m'); } catch (MathException e) { return s + 'f'; } finally { s += '!'; } } }"
        ));
    test('an exception that nothing catches goes on', () =>
        fails(
            /^TroubleException: x\nClass.Probe_Tests.probe: line 3/,
            "throw new TroubleException('x');",
            OWN
        ));
    test('own constructors and the usual ones', () =>
        passes(
            "TroubleException t = new TroubleException(7); Assert.areEqual(7, t.code); Assert.areEqual('code 7', t.getMessage()); TroubleException u = new TroubleException('m', t); Assert.areEqual(7, ((TroubleException) u.getCause()).code); Assert.areEqual('TroubleException', u.getTypeName());",
            OWN
        ));
    test('the stack is told, innermost first', () =>
        passes(
            "try { Deep.f(); } catch (Exception e) { Assert.areEqual('Class.Deep.g: line 1, column 1', e.getStackTraceString().split('\\n')[0]); Assert.areEqual('System.MathException', e.getTypeName()); }",
            'public class Deep { public static void f() { g(); } static void g() { Integer x = 1 / (1 - 1); } }'
        ));
    test('a failed assertion cannot be caught', () =>
        fails(/Assertion Failed/, "try { Assert.isTrue(false, 'no'); } catch (Exception e) { }"));
    test('exception classes are named so', () =>
        isRefused(/name must end in Exception/, '', 'public class Plain extends Exception {}'));
    test('AuraHandledException hides its message from tests', () =>
        passes(
            "AuraHandledException e = new AuraHandledException('m'); Assert.areEqual('Script-thrown exception', e.getMessage()); e.setMessage('m'); Assert.areEqual('m', e.getMessage());"
        ));
});
