// Zoom's own library takes webhooks on a free port of this machine, and says of each what it made of it:
// first { "port": 1234 }, then { "status": 200, "event": { … } } or { "status": 400 }, a line each.
//
//   node zoom.mjs <secret token>

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(
    new URL('../../../salesforce_package/package.json', import.meta.url)
);
const { AwsLambdaReceiver, MeetingsS2SAuthClient } = require('@zoom/rivet/meetings');

const webhooksSecretToken = process.argv[2];
console.debug = () => undefined;
const client = new MeetingsS2SAuthClient({
    accountId: 'account',
    clientId: 'client',
    clientSecret: 'secret',
    webhooksSecretToken,
    receiver: new AwsLambdaReceiver({ webhooksSecretToken })
});
let taken;
for (const name of ['meeting.created', 'meeting.updated', 'meeting.deleted', 'app_deauthorized']) {
    client.webEventConsumer.event(name, (event) => {
        taken = event;
    });
}
const handle = await client.start();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const server = createServer(async (request, response) => {
    taken = undefined;
    const event = { body: await text(request), headers: request.headers, isBase64Encoded: false };
    const { statusCode, headers, body } = await handle(event, {});
    response.writeHead(statusCode, headers).end(body);
    say({ status: statusCode, event: taken });
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
