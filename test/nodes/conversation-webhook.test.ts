import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { json as jsonRequest } from './twilio-signature.ts';
import { address, request, respond, twoSeconds, type Call } from './waiting-request.ts';

test('an answer that fits goes on with its value, and waits for the next node to reply', async () => {
  const { result, outputs, json, item, response } = await request({
    params: { SpeechResult: 'Un cuatro.', Confidence: '0.91' },
  });
  assert.deepEqual(outputs, [1, 0, 0]);
  assert.deepEqual(json, {
    callSid: 'CA1',
    order: 7,
    answer: {
      raw: 'Un cuatro.',
      value: 4,
      type: 'number',
      input: 'speech',
      confidence: 0.91,
      attempts: 1,
    },
  });
  assert.deepEqual(item?.pairedItem, { item: 0 });
  assert.equal(result.noWebhookResponse, undefined);
  assert.equal(response.statusCode, undefined);
});

test('keys are an answer without a confidence', async () => {
  const { json } = await request({ params: { Digits: '2' } });
  const { input, value, confidence } = json?.answer as IDataObject;
  assert.deepEqual([input, value, confidence], ['digits', 2, null]);
});

test('a wrong answer is asked again by the builder’s own prompt; the execution goes on waiting', async () => {
  const { outputs, response, result } = await request({
    params: { SpeechResult: 'nueve', Confidence: '0.9' },
  });
  assert.equal(outputs, undefined);
  assert.equal(result.noWebhookResponse, true);
  assert.equal(response.type, 'text/xml');
  assert.match(response.body, /<Say language="es-MX">Del uno al cinco\.<\/Say><\/Gather>/);
  assert.match(
    response.body,
    /action="[^"]*event=result&amp;step=3&amp;attempt=2#rc=5&amp;rp=all"/,
  );
  assert.match(response.body, /event=silence&amp;step=3&amp;attempt=2#[^<]*<\/Redirect>/);
});

test('silence is asked again with an apology before the question', async () => {
  const { response } = await request({ query: { event: 'silence', step: '3' } });
  assert.match(
    response.body,
    /<Say language="es-MX">Disculpe, no le escuché\.<\/Say><Say language="es-MX">¿Qué nota\?<\/Say><\/Gather>/,
  );
});

test('what is said with too little confidence is not understood', async () => {
  const { response } = await request({ params: { SpeechResult: 'cuatro', Confidence: '0.2' } });
  assert.match(response.body, /Del uno al cinco/);
});

test('the last attempt goes on without an answer, and tells why', async () => {
  const last = { step: '3', attempt: '3' };
  const silent = await request({ query: { event: 'silence', ...last } });
  assert.deepEqual(silent.outputs, [0, 1, 0]);
  assert.deepEqual(silent.json?.answer, {
    raw: '',
    value: null,
    type: 'number',
    input: null,
    confidence: null,
    attempts: 3,
    reason: 'silence',
  });
  const wrong = await request({
    query: { event: 'result', ...last },
    params: { SpeechResult: 'nueve', Confidence: '0.9' },
  });
  assert.equal((wrong.json?.answer as IDataObject).reason, 'not-understood');
  assert.equal((wrong.json?.answer as IDataObject).raw, 'nueve');
});

test('say, play and pause go on when they have been heard', async () => {
  for (const operation of ['say', 'play', 'pause']) {
    const { outputs, json } = await request({ operation });
    assert.deepEqual(outputs, [1, 0]);
    assert.deepEqual(json, { callSid: 'CA1', order: 7 });
  }
});

const end = {
  query: { event: 'ended' },
  params: { CallStatus: 'completed', CallDuration: '12' },
};

test('whoever waits leaves by its last output when the call ends', async () => {
  const outputsOf: Array<[operation: string, outputs: number[]]> = [
    ['ask', [0, 0, 1]],
    ['say', [0, 1]],
    ['play', [0, 1]],
    ['pause', [0, 1]],
    ['hangUp', [1]],
    ['reject', [1]],
  ];
  for (const [operation, expected] of outputsOf) {
    const { outputs, json, response, result } = await request({ operation, ...end });
    assert.deepEqual(outputs, expected, operation);
    assert.deepEqual(json, {
      callSid: 'CA1',
      order: 7,
      callEnded: true,
      callStatus: 'completed',
      durationMs: 12_000,
    });
    assert.equal(response.statusCode, 204);
    assert.equal(result.noWebhookResponse, true);
  }
});

test('a call that was answered has not ended', async () => {
  const { outputs, response } = await request({
    query: { event: 'ended' },
    params: { CallStatus: 'in-progress' },
  });
  assert.equal(outputs, undefined);
  assert.equal(response.statusCode, 204);
});

const recording = { RecordingUrl: 'https://x/RE1', RecordingSid: 'RE1', RecordingDuration: '7' };

test('record: a message counts, whatever ended it', async () => {
  const live = await request({ operation: 'record', params: { ...recording, Digits: '#' } });
  assert.deepEqual(live.outputs, [1, 0, 0]);
  assert.deepEqual(live.json?.recording, {
    recordingSid: 'RE1',
    recordingUrl: 'https://x/RE1',
    durationMs: 7000,
    endedBy: 'key',
    key: '#',
  });
  assert.equal(live.json?.callEnded, undefined);
  const silent = await request({ operation: 'record', params: recording });
  assert.equal((silent.json?.recording as IDataObject).endedBy, 'silence-or-length');
  const gone = await request({ operation: 'record', params: { ...recording, Digits: 'hangup' } });
  assert.deepEqual(gone.outputs, [1, 0, 0]);
  assert.equal((gone.json?.recording as IDataObject).endedBy, 'hang-up');
  assert.equal(gone.json?.callEnded, true);
  assert.equal(gone.response.statusCode, 204);
  const nothing = await request({ operation: 'record', query: { event: 'silence', step: '3' } });
  assert.deepEqual(nothing.outputs, [0, 1, 0]);
});

test('the end of the call waits for the recording that comes with it', async (context) => {
  const executionId = randomUUID();
  const { outputs, response } = await twoSeconds(context, async () => {
    const ending = request({ operation: 'record', executionId, ...end });
    const recorded = await request({
      operation: 'record',
      executionId,
      params: { ...recording, Digits: 'hangup', CallStatus: 'completed' },
    });
    assert.deepEqual(recorded.outputs, [1, 0, 0]);
    return ending;
  });
  assert.equal(outputs, undefined, 'the execution is resumed once');
  assert.equal(response.statusCode, 204);
});

test('the end of the call alone is a hang-up, also while a message is recorded', async (context) => {
  const { outputs } = await twoSeconds(context, () => request({ operation: 'record', ...end }));
  assert.deepEqual(outputs, [0, 0, 1]);
});

const dialled: Array<[status: string, callStatus: string, outputs: number[]]> = [
  ['completed', 'in-progress', [1, 0, 0]],
  ['completed', 'completed', [1, 0, 0]],
  ['no-answer', 'in-progress', [0, 1, 0]],
  ['busy', 'in-progress', [0, 1, 0]],
  ['failed', 'in-progress', [0, 1, 0]],
  ['canceled', 'completed', [0, 0, 1]],
];
for (const [status, callStatus, expected] of dialled) {
  test(`dial: ${status}, with the caller ${callStatus}`, async () => {
    const { outputs, json, response } = await request({
      operation: 'dial',
      params: {
        CallStatus: callStatus,
        DialCallStatus: status,
        DialCallSid: 'CA2',
        DialCallDuration: '5',
        DialBridged: 'true',
      },
    });
    assert.deepEqual(outputs, expected);
    assert.deepEqual(json?.dial, {
      status,
      callSid: 'CA2',
      durationMs: 5000,
      isBridged: true,
      recordingUrl: null,
      sipResponseCode: null,
    });
    assert.equal(json?.callEnded, callStatus === 'completed' ? true : undefined);
    assert.equal(response.statusCode, callStatus === 'completed' ? 204 : undefined);
  });
}

const queued: Array<[result: string, outputs: number[]]> = [
  ['bridged', [1, 0, 0]],
  ['leave', [0, 1, 0]],
  ['queue-full', [0, 1, 0]],
  ['hangup', [0, 0, 1]],
];
for (const [result, expected] of queued) {
  test(`enqueue: ${result}`, async () => {
    const params = { QueueResult: result, QueueSid: 'QU1', QueueTime: '9' };
    const { outputs, json } = await request({ operation: 'enqueue', params });
    assert.deepEqual(outputs, expected);
    assert.deepEqual(json?.queue, { result, queueSid: 'QU1', waitedMs: 9000 });
  });
}

test('a request of a node that has left gets what the call is to do now', async () => {
  const late = await request({ query: { event: 'result', step: '2' }, params: { Digits: '4' } });
  assert.equal(late.outputs, undefined);
  assert.equal(late.response.body, '<Response><Say>now</Say></Response>');
  const gone = await request({
    query: { event: 'result', step: '2' },
    params: { CallStatus: 'completed' },
  });
  assert.equal(gone.response.statusCode, 204);
  assert.equal(gone.response.body, '');
});

const forged: Array<[rule: string, call: Call]> = [
  ['another token', { token: 'another' }],
  ['another address', { url: 'https://evil.example.com/webhook-waiting/42/call' }],
  ['the overrides, which Twilio does not sign', { fragment: '#rc=5&rp=all' }],
];
for (const [rule, call] of forged) {
  test(`refuses ${rule} with 403, and goes on waiting`, async () => {
    const { outputs, response } = await request({ params: { Digits: '4' }, ...call });
    assert.equal(response.statusCode, 403);
    assert.equal(outputs, undefined);
  });
}

test('refuses a JSON body that is none', async () => {
  const sent = jsonRequest('?event=result&step=3', {}, { url: address });
  const { response } = await respond({}, { ...sent, rawBody: 'no JSON' });
  assert.equal(response.statusCode, 403);
});

test('finds what it left behind whatever the node is called', async () => {
  const { asked } = await request({ name: 'Ask "{{ now }}"', params: { Digits: '4' } });
  assert.deepEqual(asked, [
    '{{ JSON.stringify($node["Ask \\"\\u007b\\u007b now \\u007d\\u007d\\""].context.waiting) }}',
  ]);
});
