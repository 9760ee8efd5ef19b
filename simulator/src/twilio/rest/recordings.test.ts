import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { MPEGDecoder } from 'mpg123-decoder';
import twilio from 'twilio';
import { tone } from '../../telephone-network/tones.ts';
import { refusal, runningCall as startCall } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from '../testing/rig.ts';

let rig: Rig;
let client: twilio.Twilio;

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.application.document('/recorded', '');
  rig.simulator.faults.reset();
});

const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;

const runningCall = () => startCall(rig);

const media = (sid: string, ending: string, headers: Record<string, string> = { authorization }) =>
  fetch(`${rig.simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Recordings/${sid}${ending}`, {
    headers,
  });

test('records a running call, tells in order, and hands the audio out in both formats', async () => {
  const call = await runningCall();
  const created = await client.calls(call.sid).recordings.create({
    recordingChannels: 'dual',
    recordingStatusCallback: `${rig.application.url}/recorded`,
    recordingStatusCallbackEvent: ['in-progress completed'],
  });
  assert.equal(created.status, 'in-progress');
  assert.equal(created.source, 'StartCallRecordingAPI');
  assert.equal(created.track, 'both');
  assert.equal(created.duration, null);
  assert.deepEqual(
    await refusal(Promise.resolve(media(created.sid, '.wav')).then(refused)),
    [404, 20_404],
  );
  call.handset.sendAudio(tone([440], 1000));
  await call.frames(60);
  const stopped = await client
    .calls(call.sid)
    .recordings('Twilio.CURRENT')
    .update({ status: 'stopped' });
  assert.equal(stopped.sid, created.sid);
  assert.equal(stopped.status, 'stopped');
  while (rig.application.requestsTo('/recorded').length < 2)
    await rig.application.nextRequest('/recorded');
  const told = rig.application.requestsTo('/recorded');
  assert.deepEqual(
    told.map(({ params }) => params.RecordingStatus),
    ['in-progress', 'completed'],
  );
  assert.equal(told[0]?.params.RecordingDuration, undefined);
  assert.equal(told[1]?.params.RecordingDuration, '1');
  const signature = told[1]?.headers['x-twilio-signature'] as string;
  assert.ok(
    twilio.validateRequest(AUTH_TOKEN, signature, told[1]?.url ?? '', told[1]?.params ?? {}),
  );

  const fetched = await client.recordings(created.sid).fetch();
  assert.deepEqual([fetched.status, fetched.channels, fetched.duration], ['completed', 2, '1']);
  const wav = Buffer.from(await (await media(created.sid, '.wav')).arrayBuffer());
  assert.equal(wav.readUInt16LE(22), 2);
  const mono = Buffer.from(
    await (await media(created.sid, '.wav?RequestedChannels=1')).arrayBuffer(),
  );
  assert.equal(mono.readUInt16LE(22), 1);
  const reply = await media(created.sid, '.mp3?RequestedChannels=2');
  assert.equal(reply.headers.get('content-type'), 'audio/mpeg');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const decoded = decoder.decode(new Uint8Array(await reply.arrayBuffer()));
  decoder.free();
  assert.equal(decoded.sampleRate, 8000);
  assert.equal(decoded.channelData.length, 2);
  const loudest = (channel: Float32Array | undefined): number =>
    (channel ?? new Float32Array()).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  assert.ok(loudest(decoded.channelData[0]) > 0.1, 'the caller is heard on the first channel');
  assert.ok(loudest(decoded.channelData[1]) < 0.05, 'nobody else spoke');
  call.handset.hangUp();
});

test('pauses with silence or leaves the pause out, and goes on', async () => {
  const lengths: number[] = [];
  for (const pauseBehavior of ['silence', 'skip'] as const) {
    const call = await runningCall();
    const { sid } = await client.calls(call.sid).recordings.create({ recordingTrack: 'inbound' });
    await call.frames(25);
    const paused = await client
      .calls(call.sid)
      .recordings(sid)
      .update({ status: 'paused', pauseBehavior });
    assert.equal(paused.status, 'paused');
    await call.frames(100);
    const resumed = await client.calls(call.sid).recordings(sid).update({ status: 'in-progress' });
    assert.equal(resumed.status, 'in-progress');
    await call.frames(25);
    call.handset.hangUp();
    await call.ended;
    const fetched = await client.recordings(sid).fetch();
    assert.equal(fetched.channels, 1);
    lengths.push(
      rig.simulator.exchange.accounts.get(ACCOUNT_SID)?.recordings.get(sid)?.durationMs ?? 0,
    );
  }
  const [withSilence = 0, without = 0] = lengths;
  assert.ok(withSilence - without >= 1900, `${withSilence} and ${without} ms`);
});

test('trims silence, and tells a recording without a sound as absent (16102)', async () => {
  const call = await runningCall();
  const told = rig.application.nextRequest('/recorded');
  const { sid } = await client.calls(call.sid).recordings.create({
    trim: 'trim-silence',
    recordingTrack: 'inbound',
    recordingStatusCallback: `${rig.application.url}/recorded`,
    recordingStatusCallbackEvent: ['absent'],
  });
  await call.frames(10);
  call.handset.hangUp();
  const { params } = await told;
  assert.deepEqual([params.RecordingStatus, params.ErrorCode], ['absent', '16102']);
  assert.equal((await client.recordings(sid).fetch()).errorCode, 16_102);
  assert.equal((await media(sid, '.wav')).status, 404);
});

test('a file that is still being made is a 404, and its recording is processing', async () => {
  rig.simulator.faults.set({ twilio: { recordingProcessingMs: 3_600_000 } });
  const call = await runningCall();
  const { sid } = await client.calls(call.sid).recordings.create();
  await call.frames(5);
  call.handset.hangUp();
  await call.ended;
  const recording = await client.recordings(sid).fetch();
  assert.deepEqual([recording.status, recording.duration], ['processing', null]);
  assert.equal((await media(sid, '.mp3')).status, 404);
});

test('refuses what cannot be recorded, paused or stopped', async () => {
  const call = await runningCall();
  const { recordings } = client.calls(call.sid);
  const update = (sid: string, fields: Record<string, string>) =>
    refusal(recordings(sid).update(fields as never));
  assert.deepEqual(await update('Twilio.CURRENT', { status: 'paused' }), [404, 20_404]);
  const { sid } = await recordings.create();
  assert.equal((await recordings.create()).sid, sid, 'a second recording by the API is the first');
  assert.deepEqual(await update(sid, { status: 'completed' }), [400, 20_001]);
  assert.deepEqual(await update(sid, { status: 'paused', pauseBehavior: 'mute' }), [400, 20_001]);
  assert.deepEqual(await refusal(client.recordings(sid).remove()), [409, 20_009]);
  await call.frames(3);
  await recordings(sid).update({ status: 'stopped' });
  assert.deepEqual(await update(sid, { status: 'in-progress' }), [400, 21_220]);
  assert.equal((await media(sid, '.wav?RequestedChannels=3')).status, 400);
  assert.equal(
    ((await (await media(sid, '.wav?RequestedChannels=2')).json()) as { code: number }).code,
    16_113,
  );
  assert.deepEqual(await refusal(recordings.create({ recordingTrack: 'left' })), [400, 20_001]);
  assert.deepEqual(
    await refusal(recordings.create({ recordingStatusCallback: 'ftp://a.example' })),
    [400, 21_205],
  );
  call.handset.hangUp();
  await call.ended;
  assert.deepEqual(await refusal(recordings.create()), [400, 21_220]);
  assert.deepEqual(
    await refusal(client.calls(`CA${'0'.repeat(32)}`).recordings.create()),
    [404, 20_404],
  );
});

test('lists by call and by day, pages, and keeps what was deleted for who asks for it', async () => {
  const call = await runningCall();
  const sids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { sid } = await client.calls(call.sid).recordings.create();
    await call.frames(3);
    await client.calls(call.sid).recordings(sid).update({ status: 'stopped' });
    sids.unshift(sid);
  }
  call.handset.hangUp();
  const ofCall = await client.recordings.list({ callSid: call.sid, pageSize: 2 });
  assert.deepEqual(
    ofCall.map(({ sid }) => sid),
    sids,
  );
  assert.equal((await client.calls(call.sid).recordings.list()).length, 3);
  const tomorrow = new Date(Date.now() + 86_400_000);
  assert.equal((await client.recordings.list({ dateCreatedAfter: tomorrow })).length, 0);
  assert.ok((await client.recordings.list({ dateCreatedBefore: tomorrow })).length >= 3);
  assert.ok((await client.recordings.list({ dateCreated: new Date() })).length >= 3);
  const [first = ''] = sids;
  assert.equal(await client.recordings(first).remove(), true);
  assert.deepEqual(await refusal(client.recordings(first).fetch()), [404, 20_404]);
  assert.equal((await client.recordings.list({ callSid: call.sid })).length, 2);
  const kept = await client.recordings.list({ callSid: call.sid, includeSoftDeleted: true });
  assert.equal(kept.find(({ sid }) => sid === first)?.status, 'deleted');
  assert.equal((await media(first, '.wav')).status, 404);
});

test('an account may open its media to whoever has the URL', async (t) => {
  const open = await startRig({ enforceMediaAuth: false });
  t.after(() => open.close());
  const own = twilio(ACCOUNT_SID, AUTH_TOKEN);
  own.api.baseUrl = open.simulator.url;
  const told = new Promise<void>((resolve) =>
    open.application.answer('/voice', ({ params }) => {
      if (params.RecordingSid) resolve();
      return params.RecordingSid
        ? '<Response><Hangup/></Response>'
        : '<Response><Record maxLength="1" playBeep="false" trim="do-not-trim"/></Response>';
    }),
  );
  open.simulator.exchange.dial({ from: CALLER, to: NUMBER }, {});
  await told;
  const [recording] = await own.recordings.list();
  assert.equal(recording?.source, 'RecordVerb');
  const url = recording.mediaUrl;
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(url.replace('/Recordings/', '/Calls/'))).status, 401);
});

/** Twilio's client has no media; its error is made here. */
async function refused(reply: Response): Promise<never> {
  const { code } = (await reply.json()) as { code: number };
  throw Object.assign(new Error(), { status: reply.status, code });
}
