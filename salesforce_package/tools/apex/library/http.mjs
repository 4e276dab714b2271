/**
 * Http, HttpRequest, HttpResponse and HttpCalloutMock.
 */
import { ApexBlob } from '../run/values.mjs';
import { platformClass } from './define.mjs';

const MOST_TIMEOUT_MS = 120000;

class Message {
    headers = new Map();
    body = '';

    setHeader(name, value) {
        this.headers.set(name.toLowerCase(), { name, value });
    }

    getHeader(name) {
        return this.headers.get(name.toLowerCase())?.value ?? null;
    }
}

/** A request as Apex fills it in. */
export class ApexRequest extends Message {
    endpoint = null;
    method = 'GET';
    timeoutMs = 10000;
}

/** An answer, from a mock or from the network. */
export class ApexResponse extends Message {
    status = null;
    statusCode = 0;
}

const MESSAGE = {
    'void setHeader(String,String)': (ctx, self, name, value) =>
        self.setHeader(ctx.argument(name), ctx.argument(value)),
    'String getHeader(String)': (ctx, self, name) => self.getHeader(ctx.argument(name)),
    'void setBody(String)': (ctx, self, body) => void (self.body = ctx.argument(body)),
    'String getBody()': (ctx, self) => self.body,
    'void setBodyAsBlob(Blob)': (ctx, self, blob) =>
        void (self.body = ctx.argument(blob).bytes.toString('utf8')),
    'Blob getBodyAsBlob()': (ctx, self) => new ApexBlob(Buffer.from(self.body))
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];

const HttpRequest = platformClass('HttpRequest', {
    ...MESSAGE,
    'new()': () => new ApexRequest(),
    'void setEndpoint(String)': (ctx, self, endpoint) =>
        void (self.endpoint = ctx.argument(endpoint)),
    'String getEndpoint()': (ctx, self) => self.endpoint,
    'void setMethod(String)': (ctx, self, method) => {
        if (!METHODS.includes(ctx.argument(method).toUpperCase())) {
            ctx.fault('CalloutException', `Invalid HTTP method: ${method}`);
        }
        self.method = method.toUpperCase();
    },
    'String getMethod()': (ctx, self) => self.method,
    'void setTimeout(Integer)': (ctx, self, ms) => {
        if (ctx.nn(ms) < 1 || ms > MOST_TIMEOUT_MS) {
            ctx.fault('CalloutException', `Invalid timeout: ${ms}`);
        }
        self.timeoutMs = ms;
    },
    'void setCompressed(Boolean)': () => undefined
});

const HttpResponse = platformClass('HttpResponse', {
    ...MESSAGE,
    'new()': () => new ApexResponse(),
    'void setStatus(String)': (ctx, self, status) => void (self.status = status),
    'String getStatus()': (ctx, self) => self.status,
    'void setStatusCode(Integer)': (ctx, self, code) => void (self.statusCode = ctx.nn(code)),
    'Integer getStatusCode()': (ctx, self) => self.statusCode,
    'List<String> getHeaderKeys()': (ctx, self) =>
        ctx.list(
            ctx.types.of('String'),
            [...self.headers.values()].map((each) => each.name)
        )
});

async function send(ctx, request) {
    ctx.use('callouts', 'callouts');
    if (ctx.hasUncommittedWork) {
        ctx.fault(
            'CalloutException',
            'You have uncommitted work pending. Please commit or rollback before calling out'
        );
    }
    if (!ctx.nn(request).endpoint) {
        ctx.fault('CalloutException', 'Endpoint is null');
    }
    if (!ctx.isTest) {
        return ctx.sendRequest(ctx, request);
    }
    const mock = ctx.mocks.get('httpcalloutmock');
    if (!mock) {
        ctx.fault(
            'TypeException',
            'Methods defined as TestMethod do not support Web service callouts'
        );
    }
    return ctx.nn(await ctx.call(mock, 'respond', [request]));
}

const Http = platformClass('Http', {
    'new()': () => ({}),
    'async HttpResponse send(HttpRequest)': (ctx, self, request) => send(ctx, request)
});

const HttpCalloutMock = platformClass(
    'HttpCalloutMock',
    {
        'async HttpResponse respond(HttpRequest)': (ctx, self, request) =>
            ctx.call(self, 'respond', [request])
    },
    { isInterface: true }
);

export const http = [Http, HttpRequest, HttpResponse, HttpCalloutMock];
