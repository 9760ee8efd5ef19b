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

async function respond(operation: string, parameters: IDataObject = {}, more: IDataObject = {}) {
  const { error, responses, items } = await engine.run({
    node: 'twilioVoice',
    parameters: { resource: 'response', operation, ...parameters },
    items: [{ json: { ...call, ...more } }],
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

test('respond: connects to a session over a media stream, or over SIP, as the session says', async () => {
  const stream = {
    sessionId: 's1',
    token: 't1',
    streamUrl: 'wss://voice.example.com/twilio/media',
    actionUrl: 'https://voice.example.com/twilio/stream-ended',
    sip: null,
  };
  assert.match(
    await respond('connect', {}, stream),
    /^<Response><Connect action="https:\/\/voice\.example\.com\/twilio\/stream-ended"><Stream /,
  );
  const sip = {
    uri: 'sip:proj_1@sip.api.openai.com;transport=tls?X-Session-Id=s1&X-Session-Token=t1',
    actionUrl: 'https://voice.example.com/twilio/dial-ended',
    timeLimitMs: 1_920_000,
  };
  const dialled =
    '<Response><Dial action="https://voice.example.com/twilio/dial-ended" method="POST" timeout="30" timeLimit="1920" answerOnBridge="true">' +
    '<Sip>sip:proj_1@sip.api.openai.com;transport=tls?X-Session-Id=s1&amp;X-Session-Token=t1</Sip></Dial><Say ';
  const overSip = { sessionId: 's1', token: 't1', streamUrl: null, actionUrl: null, sip };
  assert.ok((await respond('connect', {}, overSip)).startsWith(dialled));
  // The default of the field SIP URI takes the same address from the item.
  assert.ok((await respond('connect', { transport: 'sip' }, overSip)).startsWith(dialled));
});
