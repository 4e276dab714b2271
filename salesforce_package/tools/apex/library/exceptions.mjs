/**
 * The platform's exceptions. How they are made is in the compiler: each takes (), (String),
 * (Exception) and (String, Exception).
 */
import { messageOf, traceText } from '../run/text.mjs';
import { platformClass, platformEnum } from './define.mjs';

const COMMON = {
    'String getMessage()': (ctx, self) => messageOf(self),
    'Exception getCause()': (ctx, self) => self.cause,
    'String getTypeName()': (ctx, self) => self.apexType.fullName,
    'String getStackTraceString()': (ctx, self) => traceText(self),
    'Integer getLineNumber()': (ctx, self) => Number(/line (\d+)/.exec(self.trace[0])?.[1] ?? 0),
    'void setMessage(String)': (ctx, self, message) => {
        self.message = message;
        self.isMessageSet = true;
    },
    'void initCause(Exception)': (ctx, self, cause) => void (self.cause = cause)
};

function dmlError(ctx, self, at) {
    return self.dml?.[at] ?? ctx.fault('ListException', `Row with index ${at} does not exist`);
}

const DML = {
    'Integer getNumDml()': (ctx, self) => self.dml?.length ?? 0,
    'String getDmlMessage(Integer)': (ctx, self, at) => dmlError(ctx, self, at).message,
    'StatusCode getDmlType(Integer)': (ctx, self, at) =>
        ctx.program.enumValue('StatusCode', dmlError(ctx, self, at).code),
    'Integer getDmlIndex(Integer)': (ctx, self, at) => dmlError(ctx, self, at).index,
    'Id getDmlId(Integer)': (ctx, self, at) => dmlError(ctx, self, at).id ?? null,
    'List<String> getDmlFieldNames(Integer)': (ctx, self, at) =>
        ctx.list(ctx.types.of('String'), [...dmlError(ctx, self, at).fields])
};

const NAMES = [
    'Exception',
    'AssertException',
    'AsyncException',
    'AuraHandledException',
    'CalloutException',
    'DmlException',
    'FinalException',
    'HandledException',
    'IllegalArgumentException',
    'InvalidParameterValueException',
    'JSONException',
    'LimitException',
    'ListException',
    'MathException',
    'NoAccessException',
    'NoDataFoundException',
    'NoSuchElementException',
    'NullPointerException',
    'QueryException',
    'RequiredFeatureMissingException',
    'SecurityException',
    'SerializationException',
    'SObjectException',
    'StringException',
    'TypeException',
    'UnexpectedException',
    'XmlException'
];

const StatusCode = platformEnum('StatusCode', [
    'DUPLICATE_VALUE',
    'REQUIRED_FIELD_MISSING',
    'STRING_TOO_LONG',
    'INVALID_CROSS_REFERENCE_KEY',
    'ENTITY_IS_DELETED',
    'MISSING_ARGUMENT',
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'MALFORMED_ID',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'UNABLE_TO_LOCK_ROW',
    'NUMBER_OUTSIDE_VALID_RANGE',
    'INVALID_EMAIL_ADDRESS'
]);

export const exceptions = [
    ...NAMES.map((name) =>
        platformClass(name, name === 'DmlException' ? { ...COMMON, ...DML } : COMMON, {
            isException: true
        })
    ),
    StatusCode
];
