import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { ownNumber } from './cloud.ts';
import { call, customer, TwilioRig } from './twilio-voice-rest.ts';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start();
});
after(() => rig[Symbol.asyncDispose]());
afterEach(() => rig.cloud.simulator.faults.reset());

const recording = (operation: string, more: object = {}) => ({
  resource: 'recording',
  operation,
  ...more,
});
const named = (sid: string) => ({ recordingSid: { __rl: true, mode: 'id', value: sid } });
const speech =
  '<Response><Say language="es-MX">Esta llamada se graba</Say><Pause length="60"/></Response>';

/** Records a second and a half of a call, which then ends. */
async function recorded(channels: 'mono' | 'dual'): Promise<{ callSid: string; sid: string }> {
  const callSid = await rig.runningCall(speech);
  const { json } = await rig.one(
    recording('start', { callSid: call(callSid), recordingOptions: { channels } }),
  );
  await rig.frames(75);
  const ended = rig.endOf(callSid);
  await rig.one({ resource: 'call', operation: 'hangUp', callSid: call(callSid) });
  await ended;
  return { callSid, sid: String(json.recordingSid) };
}

test('start, pause, resume and stop: the recording of a running call', async () => {
  const callSid = await rig.runningCall(speech);
  const started = await rig.one(
    recording('start', {
      callSid: call(callSid),
      recordingOptions: {
        channels: 'dual',
        track: 'both',
        trim: 'do-not-trim',
        callbackUrl: 'https://n8n.example.com/webhook/v/voice?event=recording',
      },
    }),
  );
  assert.deepEqual(rig.last(), {
    request: `POST /Calls/${callSid}/Recordings.json`,
    query: {},
    form: {
      RecordingChannels: 'dual',
      RecordingTrack: 'both',
      Trim: 'do-not-trim',
      RecordingStatusCallback: 'https://n8n.example.com/webhook/v/voice?event=recording',
      RecordingStatusCallbackMethod: 'POST',
      RecordingStatusCallbackEvent: 'completed',
    },
  });
  assert.equal(started.json.callSid, callSid);
  assert.equal(started.json.channels, 2);
  assert.equal(started.json.durationMs, null);

  for (const [operation, parameters, form, status] of [
    ['pause', { pauseBehavior: 'skip' }, { Status: 'paused', PauseBehavior: 'skip' }, 'paused'],
    ['resume', {}, { Status: 'in-progress' }, 'in-progress'],
    ['stop', {}, { Status: 'stopped' }, 'stopped'],
  ] as const) {
    const { json } = await rig.one(recording(operation, { callSid: call(callSid), ...parameters }));
    assert.deepEqual(rig.last(), {
      request: `POST /Calls/${callSid}/Recordings/Twilio.CURRENT.json`,
      query: {},
      form,
    });
    assert.equal(json.recordingStatus, status);
    assert.equal(json.recordingSid, started.json.recordingSid);
  }
  const { error } = await rig.run(recording('stop', { callSid: call(callSid) }));
  assert.equal(error?.message, 'Nothing is being recorded in this call');
  const ended = rig.endOf(callSid);
  await rig.one({ resource: 'call', operation: 'hangUp', callSid: call(callSid) });
  await ended;
});

test('download: WAV with two channels, MP3 with one, under the names that were chosen', async () => {
  const { sid, callSid } = await recorded('dual');
  const wav = await rig.one(
    recording('download', { ...named(sid), options: { channels: '2', fileName: 'llamada.wav' } }),
  );
  assert.deepEqual(
    rig.requests.map(({ path }) => path.split('/').at(-1)),
    [`${sid}.json`, `${sid}.wav`],
  );
  assert.deepEqual(rig.last().query, { RequestedChannels: '2' });
  const bytes = rig.cloud.engine.bytes(wav);
  assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
  assert.equal(bytes.readUInt16LE(22), 2, 'two channels');
  assert.equal(wav.binary?.data?.fileName, 'llamada.wav');
  assert.equal(wav.binary?.data?.mimeType, 'audio/wav');
  assert.equal(wav.json.callSid, callSid);
  assert.ok(Number(wav.json.durationMs) >= 1000);

  const mp3 = await rig.one(
    recording('download', { ...named(sid), format: 'mp3', binaryPropertyName: 'audio' }),
  );
  assert.equal(rig.last().request, `GET /Recordings/${sid}.mp3`);
  assert.deepEqual(rig.last().query, {});
  assert.equal(mp3.binary?.audio?.fileName, `${sid}.mp3`);
  assert.equal(mp3.binary?.audio?.mimeType, 'audio/mpeg');
  assert.ok(rig.cloud.engine.bytes(mp3, 'audio').length > 1000);
});

test('get, get many and delete', async () => {
  const { sid, callSid } = await recorded('mono');
  const got = await rig.one(recording('get'), { items: [{ json: { recordingSid: sid } }] });
  assert.equal(rig.last().request, `GET /Recordings/${sid}.json`);
  assert.equal(got.json.recordingStatus, 'completed');
  assert.equal(got.json.source, 'StartCallRecordingAPI');

  const { items } = await rig.run(
    recording('getMany', {
      limit: 5,
      filters: { callSid, createdAfter: '2026-01-01T00:00:00Z', createdBefore: '2100-01-01' },
    }),
  );
  assert.deepEqual(rig.last().query, {
    CallSid: callSid,
    'DateCreated>': '2026-01-01T00:00:00Z',
    'DateCreated<': '2100-01-01T00:00:00Z',
    PageSize: '5',
  });
  assert.deepEqual(
    items.map(({ json }) => json.recordingSid),
    [sid],
  );

  const { json } = await rig.one(recording('delete', named(sid)));
  assert.equal(rig.last().request, `DELETE /Recordings/${sid}.json`);
  assert.deepEqual(json, { recordingSid: sid, deleted: true });
  const { error } = await rig.run(recording('get', named(sid)));
  assert.match(String(error?.message), /does not know this SID/);
});

test('two channels of a recording that has one', async () => {
  const { sid } = await recorded('mono');
  const { error } = await rig.run(
    recording('download', { ...named(sid), options: { channels: '2' } }),
  );
  assert.equal(error?.message, 'The recording has one channel only');
  assert.match(String(error?.description), /Set Channels to One/);
});

test('a recording that is not ready says so, or is waited for', async () => {
  rig.cloud.simulator.faults.set({ twilio: { recordingProcessingMs: 1500 } });
  const { sid } = await recorded('mono');
  const { error } = await rig.run(recording('download', named(sid)));
  assert.equal(error?.message, 'The recording is not ready');
  assert.match(String(error?.description), /"processing".*Wait at Most/);
  const item = await rig.one(
    recording('download', { ...named(sid), options: { waitSeconds: 30 } }),
  );
  assert.equal(item.json.recordingStatus, 'completed');
});

test('a recording that nobody knows', async () => {
  const { error } = await rig.run(recording('download', named(`RE${'0'.repeat(32)}`)));
  assert.match(String(error?.message), /does not know this SID/);
});

test('a download that breaks off, and a page in place of the audio', async () => {
  const { sid } = await recorded('mono');
  rig.cloud.simulator.faults.set({ twilio: { failNext: { as: 'cut', count: 1, path: '.wav' } } });
  const cut = await rig.run(recording('download', named(sid)));
  assert.match(String(cut.error?.message), /cut off|did not answer/);
  rig.cloud.simulator.faults.set({
    twilio: { failNext: { as: 'html', status: 502, count: 1, path: '.wav' } },
  });
  const html = await rig.run(recording('download', named(sid)));
  assert.equal(html.error?.message, 'Twilio is not available (HTTP 502)');
});

test('the lists to choose from: calls, recordings and numbers', async () => {
  const { sid, callSid } = await recorded('mono');
  const list = (method: string, filter?: string) =>
    rig.cloud.engine.search(
      { node: 'twilioVoice', parameters: {}, credentials: rig.cloud.credentials },
      method,
      filter,
    );
  const calls = await list('searchCalls', customer);
  assert.equal(calls.results[0]?.value, callSid);
  assert.match(
    String(calls.results[0]?.name),
    /^\+56221234567 → \+56911112222 · completed · \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
  const recordings = await list('searchRecordings', sid);
  assert.deepEqual(
    recordings.results.map(({ value }) => value),
    [sid],
  );
  const numbers = await list('searchPhoneNumbers', ownNumber);
  assert.equal(numbers.results[0]?.value, ownNumber);
  assert.deepEqual((await list('searchCalls', 'nobody')).results, []);
});
