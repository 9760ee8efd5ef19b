import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { Answer } from './contexts.ts';
import { built } from './package.ts';
import { request, twoSeconds } from './waiting-request.ts';

interface Settled {
  settle(executionId: string, step: number): void;
}
const { settle } = built<Settled>('nodes/TwilioVoice/conversation/settled');

test('a question whose answer got lost is asked once more, without an apology', async () => {
  const { response, outputs } = await request({
    query: { event: 'result', step: '3', attempt: '2', retry: '1' },
  });
  assert.equal(outputs, undefined);
  assert.match(response.body, /attempt=2#rc=5&amp;rp=all"[^>]*><Say language="es-MX">¿Qué nota\?/);
  const answered = await request({
    query: { event: 'result', step: '3', retry: '1' },
    params: { Digits: '4' },
  });
  assert.deepEqual(answered.outputs, [1, 0, 0]);
});

const kept = {
  sid: 'RE1',
  source: 'RecordVerb',
  status: 'completed',
  duration: '3',
  start_time: 'Mon, 02 Mar 2026 15:00:00 +0000',
  media_url: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1',
};
const retried = { query: { event: 'result', step: '3', retry: '1' } };
const replies =
  (list: string, ...entries: IDataObject[]) =>
  () => ({ body: { [list]: entries } });

test('a recording whose result got lost is looked up', async () => {
  const { outputs, json, sent } = await request({
    ...retried,
    operation: 'record',
    answer: replies('recordings', kept),
  });
  assert.deepEqual(outputs, [1, 0, 0]);
  assert.deepEqual(json?.recording, {
    recordingSid: 'RE1',
    recordingUrl: kept.media_url,
    durationMs: 3000,
    endedBy: null,
    key: null,
  });
  const [{ url, qs } = assert.fail()] = sent;
  assert.match(url, /\/Recordings\.json$/);
  assert.deepEqual(qs, { CallSid: 'CA1', PageSize: 20 });
});

test('a dialled call whose result got lost is looked up', async () => {
  const child = {
    ...{ sid: 'CA2', status: 'completed', duration: '61' },
    date_created: 'Mon, 02 Mar 2026 15:00:02 +0000',
  };
  const { outputs, json, sent } = await request({
    ...retried,
    operation: 'dial',
    answer: replies('calls', child),
  });
  assert.deepEqual(outputs, [1, 0, 0]);
  const { status, callSid, durationMs } = json?.dial as IDataObject;
  assert.deepEqual([status, callSid, durationMs], ['completed', 'CA2', 61_000]);
  assert.deepEqual(sent[0]?.qs, { ParentCallSid: 'CA1', PageSize: 20 });
});

const notThisOne: Array<[rule: string, answer: Answer]> = [
  [
    'of an earlier wait',
    replies('recordings', { ...kept, start_time: 'Mon, 02 Mar 2026 14:59:50 +0000' }),
  ],
  ['without a sound', replies('recordings', { ...kept, status: 'absent' })],
  ['of the whole call', replies('recordings', { ...kept, source: 'DialVerb' })],
  ['that does not exist', () => ({ body: { recordings: [] } })],
  ['that Twilio does not tell', () => ({ statusCode: 503, body: {} })],
];
for (const [rule, answer] of notThisOne) {
  test(`where the result got lost, a recording ${rule} is none, and the call goes on`, async () => {
    const { outputs } = await request({ ...retried, operation: 'record', answer });
    assert.deepEqual(outputs, [0, 1, 0]);
  });
}

test('it is looked up among other recordings of the call', async () => {
  const answer = replies('recordings', { ...kept, sid: 'RE2', source: 'DialVerb' }, kept);
  const { json } = await request({ ...retried, operation: 'record', answer });
  assert.equal((json?.recording as IDataObject).recordingSid, 'RE1');
});

const ended = {
  query: { event: 'ended' },
  params: { CallStatus: 'completed', CallDuration: '21' },
};

test('a message whose result never came is looked up when the call has ended', async (context) => {
  const answer = replies('recordings', kept);
  const { outputs, json } = await twoSeconds(context, () =>
    request({ ...ended, operation: 'record', answer }),
  );
  assert.deepEqual(outputs, [1, 0, 0]);
  assert.deepEqual([json?.callEnded, json?.durationMs], [true, 21_000]);
  assert.equal((json?.recording as IDataObject).recordingUrl, kept.media_url);
});

test('a dialled call that was not connected when the caller hung up is none', async (context) => {
  const answer = replies('calls', {
    ...{ sid: 'CA2', status: 'canceled', duration: '0' },
    date_created: 'Mon, 02 Mar 2026 15:00:02 +0000',
  });
  const { outputs } = await twoSeconds(context, () =>
    request({ ...ended, operation: 'dial', answer }),
  );
  assert.deepEqual(outputs, [0, 0, 1]);
});

test('what is still processed counts where Twilio meant to tell it, and at the end of the call not', async (context) => {
  const answer = replies('recordings', { ...kept, status: 'processing', duration: null });
  const again = await request({ ...retried, operation: 'record', answer });
  assert.deepEqual(again.outputs, [1, 0, 0]);
  assert.equal((again.json?.recording as IDataObject).durationMs, null);
  const atEnd = await twoSeconds(context, () => request({ ...ended, operation: 'record', answer }));
  assert.deepEqual(atEnd.outputs, [0, 0, 1]);
});

test('a result that is found when the call has ended meanwhile resumes nothing', async () => {
  const executionId = randomUUID();
  const { outputs, response } = await request({
    ...retried,
    executionId,
    operation: 'record',
    answer: () => {
      settle(executionId, 3);
      return { body: { recordings: [kept] } };
    },
  });
  assert.equal(outputs, undefined);
  assert.equal(response.statusCode, 204);
});

test('nothing is looked up where nothing got lost', async () => {
  const told = await request({
    ...retried,
    operation: 'record',
    params: { RecordingUrl: 'https://api.twilio.com/RE2' },
  });
  assert.equal((told.json?.recording as IDataObject).recordingUrl, 'https://api.twilio.com/RE2');
  const silent = await request({
    operation: 'record',
    query: { event: 'silence', step: '3', retry: '1' },
  });
  assert.deepEqual([...told.sent, ...silent.sent], []);
  assert.deepEqual(silent.outputs, [0, 1, 0]);
});
