import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';

import type * as Answers from '../../nodes/TwilioVoice/transfer/answers.ts';
import { built } from '../nodes/package.ts';
import { authToken, ownNumber } from './cloud.ts';
import { call, human, silence, TwilioRig } from './twilio-voice-rest.ts';

const { answerTransfer } = built<typeof Answers>('nodes/TwilioVoice/transfer/answers');

/** What a Twilio Voice Trigger answers to the requests of a transfer. */
let trigger: Server;
let address: string;
let asked: Array<{ step: string | null; params: Record<string, string> }>;
let rig: TwilioRig;

before(async () => {
  rig = await TwilioRig.start();
  trigger = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = Object.fromEntries(
        new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
      ) as Record<string, string>;
      const query = new URL(request.url ?? '/', address).searchParams;
      asked.push({ step: query.get('step'), params });
      const document = answerTransfer(
        query,
        params,
        { address, authToken },
        `${address}?event=recorded`,
      );
      response.setHeader('content-type', 'text/xml').end(document);
    });
  });
  await new Promise<void>((resolve) => trigger.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${String((trigger.address() as AddressInfo).port)}/webhook/v/voice`;
});
after(async () => {
  await rig[Symbol.asyncDispose]();
  trigger.close();
});
afterEach(() => {
  asked = [];
});
asked = [];

const transfer = (callSid: string, more: object = {}) =>
  rig.one({
    resource: 'call',
    operation: 'transfer',
    callSid: call(callSid),
    to: human,
    options: { callerId: ownNumber },
    ...more,
  });

test('blind: the human answers and the two speak with each other', async () => {
  const telephone = rig.cloud.simulator.telephone(human, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'say', text: 'Buenas tardes, habla Pedro' },
      { do: 'wait', ms: 300 },
      { do: 'hang-up' },
    ],
  });
  const report = telephone.nextReport();
  const sid = await rig.runningCall(silence, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /habla pedro/i, timeoutMs: 20_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const ended = rig.endOf(sid);
  const { json } = await transfer(sid, { fallback: 'hangUp' });
  assert.equal(json.callSid, sid);
  assert.deepEqual(rig.last(), {
    request: `POST /Calls/${sid}.json`,
    query: {},
    form: {
      Twiml: `<?xml version="1.0" encoding="UTF-8"?><Response><Dial callerId="${ownNumber}" timeout="25"><Number>${human}</Number></Dial><Hangup/></Response>`,
    },
  });
  assert.equal((await report).status, 'completed');
  await ended;
});

test('warm: the human hears the summary and accepts, the caller does not hear it', async () => {
  rig.cloud.simulator.telephone(human, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /llama ana/i, timeoutMs: 20_000 },
      { do: 'wait-for-speech', matching: /cuelgue/i, timeoutMs: 20_000 },
      { do: 'press', digits: '1' },
      { do: 'wait', ms: 300 },
      { do: 'say', text: 'Hola Ana' },
      { do: 'wait', ms: 300 },
      { do: 'hang-up' },
    ],
  });
  const sid = await rig.runningCall(silence, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /hola ana/i, timeoutMs: 30_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const ended = rig.endOf(sid);
  await transfer(sid, {
    kind: 'warm',
    summary: 'Llama Ana',
    triggerUrl: address,
    fallback: 'record',
  });
  await ended;
  assert.deepEqual(
    asked.map(({ step }) => step),
    ['whisper', 'key', 'done'],
  );
  const heard = (await rig.customerReport)?.heard.map(({ text }) => text).join(' ') ?? '';
  assert.match(heard, /hola ana/i);
  assert.doesNotMatch(heard, /llama ana|cuelgue/i, 'the caller heard the summary');
  assert.equal(asked[1]?.params.Digits, '1');
  assert.equal(asked[2]?.params.DialBridged, 'true');
});

test('warm: who presses another key declines, and the caller hears the fallback', async () => {
  rig.cloud.simulator.telephone(human, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /llama ana/i, timeoutMs: 20_000 },
      { do: 'press', digits: '9' },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const sid = await rig.runningCall(silence, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /nadie est[aá]/i, timeoutMs: 30_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const ended = rig.endOf(sid);
  await transfer(sid, {
    kind: 'warm',
    summary: 'Llama Ana',
    triggerUrl: address,
    options: { callerId: ownNumber, fallbackText: 'Nadie está disponible' },
  });
  await ended;
  assert.deepEqual(
    asked.map(({ step }) => step),
    ['whisper', 'key', 'done'],
  );
  assert.equal(asked[2]?.params.DialBridged, 'false');
});

test('warm: the first number is busy, the second one takes the call', async () => {
  const busy = '+56944445555';
  rig.cloud.simulator.telephone(busy, { does: 'busy' });
  rig.cloud.simulator.telephone(human, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /llama ana/i, timeoutMs: 20_000 },
      { do: 'press', digits: '1' },
      { do: 'wait', ms: 500 },
      { do: 'hang-up' },
    ],
  });
  const sid = await rig.runningCall();
  const ended = rig.endOf(sid);
  await transfer(sid, {
    kind: 'warm',
    to: `${busy}, ${human}`,
    summary: 'Llama Ana',
    triggerUrl: address,
  });
  await ended;
  assert.deepEqual(
    asked.map(({ step, params }) => [step, params.DialCallStatus]),
    [
      ['done', 'busy'],
      ['whisper', undefined],
      ['key', undefined],
      ['done', 'completed'],
    ],
  );
});

test('a call that is over cannot be transferred', async () => {
  const sid = await rig.runningCall();
  const ended = rig.endOf(sid);
  await rig.one({ resource: 'call', operation: 'hangUp', callSid: call(sid) });
  await ended;
  const { error } = await rig.run({
    resource: 'call',
    operation: 'transfer',
    callSid: call(sid),
    to: human,
  });
  assert.equal(error?.message, 'The call cannot be changed any more');
});
