/**
 * System, Assert, Test, UserInfo, Limits, Type, Callable and the like.
 */
import { ApexDate, ApexDatetime, SObject, keyOf } from '../run/values.mjs';
import { LIMITS, NotPlayed } from '../run/context.mjs';
import { wallClock } from '../run/zones.mjs';
import { platformClass, platformEnum } from './define.mjs';

async function failed(ctx, message, detail) {
    const said = message === null ? '' : `: ${await ctx.textOf(message)}`;
    ctx.fault('AssertException', `Assertion Failed${said}${detail ? `: ${detail}` : ''}`);
}

async function equal(ctx, expected, actual, message = null) {
    if (keyOf(expected) !== keyOf(actual)) {
        const [wanted, got] = [await ctx.textOf(expected), await ctx.textOf(actual)];
        await failed(ctx, message, `Expected: ${wanted}, Actual: ${got}`);
    }
}

async function unequal(ctx, unexpected, actual, message = null) {
    if (keyOf(unexpected) === keyOf(actual)) {
        await failed(ctx, message, `Same value: ${await ctx.textOf(actual)}`);
    }
}

async function holds(ctx, value, message = null) {
    if (ctx.argument(value) !== true) {
        await failed(ctx, message, 'Expected: true, Actual: false');
    }
}

async function isNull(ctx, value, message = null) {
    if (value !== null) {
        await failed(ctx, message, `Expected: null, Actual: ${await ctx.textOf(value)}`);
    }
}

async function isNotNull(ctx, value, message = null) {
    if (value === null) {
        await failed(ctx, message, 'Same value: null');
    }
}

async function isOfType(ctx, value, type, message = null) {
    if (!ctx.is(value, ctx.nn(type).type)) {
        await failed(ctx, message, `Expected an instance of ${type.type.name}`);
    }
}

const Assert = platformClass('Assert', {
    'async static void areEqual(Object,Object)': equal,
    'async static void areEqual(Object,Object,String)': equal,
    'async static void areNotEqual(Object,Object)': unequal,
    'async static void areNotEqual(Object,Object,String)': unequal,
    'async static void isTrue(Boolean)': holds,
    'async static void isTrue(Boolean,String)': holds,
    'async static void isFalse(Boolean)': (ctx, value) => isFalse(ctx, value),
    'async static void isFalse(Boolean,String)': (ctx, value, message) =>
        isFalse(ctx, value, message),
    'async static void isNull(Object)': isNull,
    'async static void isNull(Object,String)': isNull,
    'async static void isNotNull(Object)': isNotNull,
    'async static void isNotNull(Object,String)': isNotNull,
    'async static void isInstanceOfType(Object,Type)': isOfType,
    'async static void isInstanceOfType(Object,Type,String)': isOfType,
    'async static void fail()': (ctx) => failed(ctx, null),
    'async static void fail(String)': (ctx, message) => failed(ctx, message)
});

async function isFalse(ctx, value, message = null) {
    if (ctx.argument(value) !== false) {
        await failed(ctx, message, 'Expected: false, Actual: true');
    }
}

const System = platformClass('System', {
    'async static void assert(Boolean)': holds,
    'async static void assert(Boolean,Object)': holds,
    'async static void assertEquals(Object,Object)': equal,
    'async static void assertEquals(Object,Object,Object)': equal,
    'async static void assertNotEquals(Object,Object)': unequal,
    'async static void assertNotEquals(Object,Object,Object)': unequal,
    'async static void debug(Object)': async (ctx, value) =>
        void ctx.debugged.push(await ctx.textOf(value)),
    'async static void debug(LoggingLevel,Object)': async (ctx, level, value) =>
        void ctx.debugged.push(`${level.name} ${await ctx.textOf(value)}`),
    'static Datetime now()': () => new ApexDatetime(Date.now()),
    'static Date today()': (ctx) =>
        new ApexDate(Math.floor(wallClock(Date.now(), ctx.zone) / 86400000)),
    'static Long currentTimeMillis()': () => BigInt(Date.now()),
    'static Boolean isBatch()': () => false,
    'static Boolean isFuture()': () => false,
    'static Boolean isQueueable()': () => false
});

const LoggingLevel = platformEnum('LoggingLevel', [
    'NONE',
    'ERROR',
    'WARN',
    'INFO',
    'DEBUG',
    'FINE',
    'FINER',
    'FINEST'
]);

const TestClass = platformClass('Test', {
    'static void setMock(Type,Object)': (ctx, type, mock) => {
        if (type.type.key !== 'httpcalloutmock') {
            throw new NotPlayed(`Test.setMock of ${type.type.name} is not played`);
        }
        ctx.mocks.set('httpcalloutmock', ctx.cast(ctx.nn(mock), type.type));
    },
    'static void startTest()': (ctx) => {
        if (ctx.isStarted) {
            ctx.fault('FinalException', 'Testing already started');
        }
        ctx.isStarted = true;
        ctx.hasUncommittedWork = false;
        ctx.used = { callouts: 0, queries: 0, dml: 0 };
    },
    'static void stopTest()': (ctx) => {
        if (!ctx.isStarted) {
            ctx.fault('FinalException', 'Testing has not started');
        }
        ctx.hasUncommittedWork = false;
    },
    'static Boolean isRunningTest()': (ctx) => ctx.isTest
});

const UserInfo = platformClass('UserInfo', {
    'static Id getUserId()': (ctx) => ctx.user.id,
    'static String getName()': (ctx) => ctx.user.name,
    'static String getFirstName()': (ctx) => ctx.user.name.split(' ').slice(0, -1).join(' '),
    'static String getLastName()': (ctx) => ctx.user.name.split(' ').at(-1),
    'static String getUserName()': (ctx) => ctx.user.username,
    'static String getUserEmail()': (ctx) => ctx.user.email,
    'static String getLocale()': (ctx) => ctx.user.locale,
    'static String getLanguage()': (ctx) => ctx.user.language,
    'static TimeZone getTimeZone()': (ctx) => ({ zone: ctx.zone }),
    'static Id getOrganizationId()': (ctx) => ctx.org.id
});

function limit(what) {
    return (ctx) => ctx.used[what];
}

const LimitsClass = platformClass('Limits', {
    'static Integer getCallouts()': limit('callouts'),
    'static Integer getLimitCallouts()': () => LIMITS.callouts,
    'static Integer getQueries()': limit('queries'),
    'static Integer getLimitQueries()': () => LIMITS.queries,
    'static Integer getDmlStatements()': limit('dml'),
    'static Integer getLimitDmlStatements()': () => LIMITS.dml,
    'static Integer getCpuTime()': (ctx) => Math.floor(ctx.ownMs),
    'static Integer getLimitCpuTime()': () => LIMITS.cpuMs
});

const TypeClass = platformClass('Type', {
    'static Type forName(String)': (ctx, name) => {
        const type = ctx.types.find(ctx.argument(name).split('.'), null);
        return type?.token ?? null;
    },
    'static Type forName(String,String)': (ctx, namespace, name) => {
        const type = ctx.types.find(ctx.argument(name).split('.'), null);
        return type?.token ?? null;
    },
    'async Object newInstance()': (ctx, self) => ctx.program.newInstance(ctx, self.type),
    'String getName()': (ctx, self) => self.type.name,
    'String toString()': (ctx, self) => self.type.name,
    'Boolean equals(Object)': (ctx, self, other) => self.type === other?.type,
    'Boolean isAssignableFrom(Type)': (ctx, self, other) =>
        ctx.types.isSubtype(ctx.nn(other).type, self.type)
});

const Callable = platformClass(
    'Callable',
    {
        'async Object call(String,Map<String,Object>)': (ctx, self, action, args) =>
            ctx.call(self, 'call', [action, args])
    },
    { isInterface: true }
);

const AccessLevel = platformEnum('AccessLevel', ['USER_MODE', 'SYSTEM_MODE']);
AccessLevel.isConstant = true;

const Label = platformClass('Label', {}, { isLabels: true });

const FeatureManagement = platformClass('FeatureManagement', {
    'static Boolean checkPermission(String)': (ctx, name) =>
        (ctx.user.custom_permissions ?? []).includes(ctx.argument(name))
});

const ObjectClass = platformClass('Object', {
    'async String toString()': (ctx, self) => ctx.textOf(self),
    'Boolean equals(Object)': (ctx, self, other) => keyOf(self) === keyOf(other)
});

/** @returns {SObject|object} who System.runAs runs as, from a User record */
export function userOf(ctx, record) {
    const user = ctx.nn(record);
    if (!(user instanceof SObject) || user.apexType.key !== 'user') {
        throw new NotPlayed('System.runAs of anything but a User is not played');
    }
    const at = (name) => user.values.get(name) ?? null;
    return {
        ...ctx.user,
        id: at('Id') ?? ctx.user.id,
        profile_id: at('ProfileId'),
        name:
            at('Name') ??
            ([at('FirstName'), at('LastName')].filter(Boolean).join(' ') || ctx.user.name),
        username: at('Username') ?? ctx.user.username,
        email: at('Email') ?? ctx.user.email,
        time_zone: at('TimeZoneSidKey') ?? ctx.user.time_zone,
        locale: at('LocaleSidKey') ?? ctx.user.locale,
        language: at('LanguageLocaleKey') ?? ctx.user.language
    };
}

export const platform = [
    Assert,
    System,
    LoggingLevel,
    TestClass,
    UserInfo,
    LimitsClass,
    TypeClass,
    Callable,
    AccessLevel,
    Label,
    FeatureManagement,
    ObjectClass
];
