import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';

import { Engine } from './engine.ts';
import { startRecordingProxy } from './recording-proxy.ts';

let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

test('runs a node with the credential that a user typed in, over the wire', async (context) => {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ calls: [{ sid: `CA${'a'.repeat(32)}`, status: 'completed' }] }));
  }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  await using proxy = await startRecordingProxy(
    `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  );
  const { items, error } = await engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'call', operation: 'getMany' },
    credentials: {
      twilioVoiceApi: {
        accountSid: `AC${'0'.repeat(32)}`,
        authToken: 'a-token',
        baseUrl: proxy.url,
      },
    },
  });
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.callStatus, 'completed');
  assert.equal(proxy.requests.length, 1);
  assert.equal(
    proxy.requests[0]?.headers.authorization,
    `Basic ${Buffer.from(`AC${'0'.repeat(32)}:a-token`).toString('base64')}`,
  );
});

test('answers a waiting call', async () => {
  const { responses, error } = await engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'response', operation: 'say', text: 'Hola' },
    before: [{ node: 'twilioVoiceTrigger' }],
  });
  assert.equal(error, undefined);
  assert.match(String(responses[0]?.body), /<Say[^>]*>Hola<\/Say>/);
});

test('tells how a node failed, and which item', async () => {
  const { error } = await engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'response', operation: 'say', text: 'Hola' },
  });
  assert.equal(error?.message, 'There is no call to respond to');
  assert.equal(error.itemIndex, 0);
});
