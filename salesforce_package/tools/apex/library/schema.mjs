/**
 * Schema, describes, SObject and Database.
 */
import { ApexList, SObject } from '../run/values.mjs';
import { NotPlayed } from '../run/context.mjs';
import { platformClass } from './define.mjs';

const SchemaClass = platformClass('Schema', {
    'static Map<String,Schema.SObjectType> getGlobalDescribe()': (ctx) =>
        ctx.map(
            ctx.types.of('String'),
            ctx.types.of('Schema.SObjectType'),
            [...ctx.types.schema.objects.values()].map((each) => [
                each.key,
                ctx.program.sobjectType(each.name)
            ])
        )
});

const SObjectType = platformClass('Schema.SObjectType', {
    'Schema.DescribeSObjectResult getDescribe()': (ctx, self) => ({ name: self.name }),
    'SObject newSObject()': (ctx, self) => new SObject(ctx.types.of(self.name)),
    'String toString()': (ctx, self) => self.name
});

const definition = (ctx, self) => ctx.types.schema.object(self.name);

const DescribeSObjectResult = platformClass('Schema.DescribeSObjectResult', {
    'String getName()': (ctx, self) => self.name,
    'String getLabel()': (ctx, self) => definition(ctx, self)?.label ?? self.name,
    'String getKeyPrefix()': (ctx, self) => definition(ctx, self)?.prefix ?? null,
    'Boolean isAccessible()': () => true,
    'Boolean isQueryable()': () => true,
    'Boolean isCreateable()': () => true,
    'Boolean isUpdateable()': () => true,
    'Boolean isDeletable()': () => true,
    'Boolean isCustom()': (ctx, self) => self.name.endsWith('__c'),
    'Schema.SObjectType getSObjectType()': (ctx, self) => ctx.program.sobjectType(self.name)
});

const SObjectField = platformClass('Schema.SObjectField', {
    'Schema.DescribeFieldResult getDescribe()': (ctx, self) => self,
    'String toString()': (ctx, self) => self.field.name
});

const DescribeFieldResult = platformClass('Schema.DescribeFieldResult', {
    'String getName()': (ctx, self) => self.field.name,
    'Integer getLength()': (ctx, self) => self.field.length,
    'Boolean isAccessible()': () => true
});

function fieldOf(ctx, self, name) {
    return (
        self.apexType.sobject?.field(ctx.argument(name)) ??
        ctx.fault('SObjectException', `Invalid field ${name} for ${self.apexType.name}`)
    );
}

const SObjectClass = platformClass('SObject', {
    'Object get(String)': (ctx, self, name) => ctx.field(self, fieldOf(ctx, self, name).name),
    'Object put(String,Object)': (ctx, self, name, value) => {
        const field = fieldOf(ctx, self, name);
        const before = self.values.get(field.name) ?? null;
        self.values.set(field.name, ctx.cast(value, ctx.types.of(field.apexType)));
        return before;
    },
    'SObject getSObject(String)': (ctx, self, name) => self.values.get(name) ?? null,
    'Schema.SObjectType getSObjectType()': (ctx, self) =>
        ctx.program.sobjectType(self.apexType.name),
    'Boolean isSet(String)': (ctx, self, name) => self.values.has(fieldOf(ctx, self, name).name),
    'SObject clone()': (ctx, self) => {
        const copy = new SObject(self.apexType, Object.fromEntries(self.values));
        copy.values.delete('Id');
        return copy;
    }
});

// ------------------------------------------------------------------------------ Database

async function write(ctx, verb, records, isAllOrNone) {
    const list = records instanceof ApexList ? records : null;
    const rows = list ? list.items : [ctx.nn(records)];
    const results = (await ctx.data.write(ctx, verb, rows, { isAllOrNone })).map((each) => ({
        ...each
    }));
    return { list, results };
}

function variants(verb, result) {
    const members = {};
    const call = async (ctx, records, isAllOrNone) => {
        const { list, results } = await write(ctx, verb, records, isAllOrNone);
        return list ? ctx.list(ctx.types.of(result), results) : results[0];
    };
    for (const [type, returns] of [
        ['SObject', result],
        ['List<SObject>', `List<${result}>`]
    ]) {
        const head = `async static ${returns} ${verb}`;
        members[`${head}(${type})`] = (ctx, records) => call(ctx, records, true);
        members[`${head}(${type},Boolean)`] = call;
        members[`${head}(${type},AccessLevel)`] = (ctx, records) => call(ctx, records, true);
        members[`${head}(${type},Boolean,AccessLevel)`] = call;
    }
    return members;
}

const Database = platformClass('Database', {
    ...variants('insert', 'Database.SaveResult'),
    ...variants('update', 'Database.SaveResult'),
    ...variants('delete', 'Database.DeleteResult'),
    'static Savepoint setSavepoint()': (ctx) => ({ saved: ctx.data.snapshot(ctx) }),
    'static void rollback(Savepoint)': (ctx, savepoint) => ctx.data.restore(ctx, savepoint.saved),
    'static Object executeBatch(Object)': () => {
        throw new NotPlayed('Database.executeBatch: asynchronous Apex is not played');
    }
});

const RESULT = {
    'Boolean isSuccess()': (ctx, self) => self.isSuccess,
    'Id getId()': (ctx, self) => self.id,
    'List<Database.Error> getErrors()': (ctx, self) =>
        ctx.list(ctx.types.of('Database.Error'), self.errors)
};

const results = ['SaveResult', 'DeleteResult', 'UpsertResult'].map((name) =>
    platformClass(`Database.${name}`, RESULT)
);

const DatabaseError = platformClass('Database.Error', {
    'String getMessage()': (ctx, self) => self.message,
    'StatusCode getStatusCode()': (ctx, self) => ctx.program.enumValue('StatusCode', self.code),
    'List<String> getFields()': (ctx, self) => ctx.list(ctx.types.of('String'), [...self.fields])
});

const Savepoint = platformClass('Savepoint', {});

export const schema = [
    SchemaClass,
    SObjectType,
    DescribeSObjectResult,
    SObjectField,
    DescribeFieldResult,
    SObjectClass,
    Database,
    ...results,
    DatabaseError,
    Savepoint
];
