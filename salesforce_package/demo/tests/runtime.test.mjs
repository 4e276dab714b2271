import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const told = {
    apexUrl: '/lightning/org/apex',
    recordsUrl: '/lightning/org/r',
    user: { timeZone: 'Europe/Berlin', permissions: ['Booking_Admin'] }
};
globalThis.document = { getElementById: () => ({ textContent: JSON.stringify(told) }) };
const { apexMethod, getSObjectValue, hasPermission, refreshApex, setting } =
    await import('../stubs/runtime.js');

const hosts = apexMethod('BookingController', 'hosts');
let calls;
let answer;

beforeEach(() => {
    calls = [];
    answer = () => Response.json({ value: { hosts: [{ name: 'Host One' }] } });
    globalThis.fetch = async (url, options) => {
        calls.push({ url, body: JSON.parse(options.body), headers: options.headers });
        return answer();
    };
});

function wire(method) {
    const results = [];
    const adapter = new method.adapter((result) => results.push(result));
    adapter.connect();
    return { adapter, results };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a call goes to the page with the parameters by name, and gives what Apex returned', async () => {
    const value = await hosts({ recordId: 'r', bookingTypeId: 't' });

    assert.deepEqual(value, { hosts: [{ name: 'Host One' }] });
    assert.equal(calls[0].url, '/lightning/org/apex/BookingController/hosts');
    assert.deepEqual(calls[0].body, { params: { recordId: 'r', bookingTypeId: 't' } });
    assert.equal(calls[0].headers['X-Lightning-Page'], '1');
});

test('what Apex throws rejects with status and body', async () => {
    answer = () =>
        Response.json({ message: 'No.', exceptionType: 'AuraHandledException' }, { status: 500 });

    await assert.rejects(hosts({}), (error) => {
        assert.equal(error.status, 500);
        assert.deepEqual(error.body, { message: 'No.', exceptionType: 'AuraHandledException' });
        assert.ok(Object.isFrozen(error.body));
        return true;
    });
});

test('a browser without a connection, and an answer that is no JSON, reject too', async () => {
    answer = () => {
        throw new TypeError('Failed to fetch');
    };
    await assert.rejects(hosts({}), { status: 0, body: { message: 'Disconnected or Canceled' } });

    answer = () => new Response('<html>', { status: 502 });
    await assert.rejects(hosts({}), { status: 502 });
});

test('a wire waits until no parameter is undefined, and delivers frozen data', async () => {
    const { adapter, results } = wire(hosts);
    adapter.update({ recordId: undefined });
    await settled();
    assert.equal(calls.length, 0);

    adapter.update({ recordId: 'r' });
    await settled();
    assert.equal(calls.length, 1);
    assert.ok(Object.isFrozen(results.at(-1).data.hosts[0]));

    await refreshApex(results.at(-1));
    assert.equal(calls.length, 2);
});

test('a wire delivers only the latest answer, and an error beside no data', async () => {
    const { adapter, results } = wire(hosts);
    adapter.update({ recordId: 'first' });
    adapter.update({ recordId: 'second' });
    await settled();
    assert.equal(results.length, 2);

    answer = () => Response.json({ message: 'No.' }, { status: 500 });
    adapter.update({ recordId: 'third' });
    await settled();
    assert.equal(results.at(-1).data, undefined);
    assert.equal(results.at(-1).error.body.message, 'No.');

    adapter.update({ recordId: 'fourth' });
    adapter.disconnect();
    await settled();
    assert.equal(results.length, 3);
});

test('settings are the running users own, with a value for what nobody said', () => {
    assert.equal(setting('timeZone'), 'Europe/Berlin');
    assert.equal(setting('locale'), 'en-US');
    assert.equal(hasPermission('Booking_Admin'), true);
    assert.equal(hasPermission('Booking_Host'), undefined);
});

test('a field of a record is found by its path', () => {
    const record = { Name: 'One', Account: { Name: 'Two' } };

    assert.equal(getSObjectValue(record, 'Account.Name'), 'Two');
    assert.equal(getSObjectValue(record, { fieldApiName: 'Name' }), 'One');
    assert.equal(getSObjectValue(record, 'Owner.Name'), undefined);
});
