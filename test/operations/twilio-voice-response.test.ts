import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { Engine } from '../engine/engine.ts';

/** The answer to a waiting call leaves through n8n's own response to the webhook: that is its wire. */
let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

const call = { callSid: `CA${'a'.repeat(32)}`, from: '+56912345678', to: '+56221234567' };

async function respond(operation: string, parameters: IDataObject = {}) {
  const { error, responses, items } = await engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'response', operation, ...parameters },
    items: [{ json: call }],
    before: [{ node: 'twilioVoiceTrigger', parameters: { responseMode: 'responseNode' } }],
  });
  assert.equal(error, undefined);
  assert.equal(responses.length, 1);
  const [response] = responses;
  assert.equal(response?.statusCode, 200);
  assert.match(String(response?.headers['content-type']), /^text\/xml/);
  const [item] = items;
  assert.equal(item?.json.callSid, call.callSid, 'the fields of the call go on');
  assert.equal(item?.json.responded, true);
  return String(response?.body).replace(/^<\?xml[^>]*\?>/, '');
}

test('respond: hangs up', async () => {
  assert.equal(await respond('hangUp'), '<Response><Hangup/></Response>');
});

test('respond: plays a file', async () => {
  const url = 'https://example.com/bienvenida.mp3?a=1&b=2';
  assert.match(
    await respond('play', { audioUrl: url }),
    /^<Response><Play>https:\/\/example\.com\/bienvenida\.mp3\?a=1&amp;b=2<\/Play>/,
  );
});

test('respond: rejects with the busy tone, or tells that the number is not in service', async () => {
  assert.equal(
    await respond('reject', { reason: 'busy' }),
    '<Response><Reject reason="busy"/></Response>',
  );
  assert.equal(
    await respond('reject', { reason: 'rejected' }),
    '<Response><Reject reason="rejected"/></Response>',
  );
});
