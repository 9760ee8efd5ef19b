import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import { Inbox } from '../testing/application.ts';
import { refusal, runningCall } from '../testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startRig, type Rig } from '../testing/rig.ts';

let rig: Rig;
let client: twilio.Twilio;
let inboxes: Inbox[];

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  inboxes = [];
  rig.application.requests.length = 0;
  rig.application.document('/status', '');
  rig.application.onStream = (socket) => inboxes.push(new Inbox(socket));
});

const url = (): string => `${rig.application.streamUrl}/fork`;

test('starts a copy of the audio with its parameters, names its tracks, and stops it by name', async () => {
  const call = await runningCall(rig, '<Play digits="1wwwwwwwwwwwwwwww"/><Pause length="60"/>');
  const statusCallback = `${rig.application.url}/status`;
  const started = rig.application.nextRequest('/status');
  const created = await client.calls(call.sid).streams.create({
    url: url(),
    name: 'copy',
    track: 'both_tracks',
    statusCallback,
    'parameter1.name': 'tenant',
    'parameter1.value': 'clínica',
    'parameter2.name': 'token',
    'parameter2.value': 'x=1',
  });
  assert.match(created.sid, /^MZ[0-9a-f]{32}$/);
  assert.deepEqual([created.status, created.name], ['in-progress', 'copy']);
  const { params } = await started;
  assert.deepEqual(
    [params.StreamEvent, params.StreamSid, params.StreamName, params.CallSid],
    ['stream-started', created.sid, 'copy', call.sid],
  );
  const [inbox] = inboxes;
  assert.ok(inbox);
  const { start } = (await inbox.next('start')) as { start: Record<string, unknown> };
  assert.deepEqual(start.tracks, ['inbound', 'outbound']);
  assert.deepEqual(start.customParameters, { tenant: 'clínica', token: 'x=1' });
  await inbox.next('media', 4);
  const tracks = inbox.of('media').map(({ media }) => (media as { track: string }).track);
  assert.ok(tracks.includes('inbound') && tracks.includes('outbound'));
  const stopped = rig.application.nextRequest('/status');
  const updated = await client.calls(call.sid).streams('copy').update({ status: 'stopped' });
  assert.deepEqual([updated.sid, updated.status], [created.sid, 'stopped']);
  await inbox.next('stop');
  assert.equal((await stopped).params.StreamEvent, 'stream-stopped');
  assert.deepEqual(
    await refusal(client.calls(call.sid).streams('copy').update({ status: 'stopped' })),
    [404, 20_404],
  );
  call.handset.hangUp();
});

for (const [track, expected] of [
  [undefined, ['inbound']],
  ['inbound_track', ['inbound']],
  ['outbound_track', ['outbound']],
] as const)
  test(`track ${track ?? 'left out'} is ${expected.join()}`, async () => {
    const call = await runningCall(rig);
    await client.calls(call.sid).streams.create({ url: url(), ...(track ? { track } : {}) });
    await call.frames(10);
    const [inbox] = inboxes;
    const { start } = (await inbox?.next('start')) as { start: { tracks: string[] } };
    assert.deepEqual(start.tracks, expected);
    const { media } = (await inbox?.next('media')) as { media: { track: string } };
    assert.equal(media.track, expected[0]);
    call.handset.hangUp();
  });

test('stops by SID what TwiML has started', async () => {
  const call = await runningCall(
    rig,
    `<Start><Stream url="${url()}" name="verb"/></Start><Pause length="60"/>`,
  );
  while (call.session.streams.length === 0) await call.frames(1);
  const sid = call.session.streams[0]?.sid as string;
  const stopped = await client.calls(call.sid).streams(sid).update({ status: 'stopped' });
  assert.equal(stopped.name, 'verb');
  call.handset.hangUp();
});

test('at most four, each name once, and room again when one has ended', async () => {
  const call = await runningCall(rig);
  const { streams } = client.calls(call.sid);
  for (const name of ['a', 'b', 'c']) await streams.create({ url: url(), name });
  assert.deepEqual(await refusal(streams.create({ url: url(), name: 'a' })), [400, 31_940]);
  await streams.create({ url: url() });
  assert.deepEqual(await refusal(streams.create({ url: url() })), [400, 31_940]);
  await streams('b').update({ status: 'stopped' });
  await call.frames(2);
  assert.equal((await streams.create({ url: url(), name: 'b' })).status, 'in-progress');
  call.handset.hangUp();
});

test('a server that refuses the stream is told to the callback', async (t) => {
  t.after(() => (rig.application.refuseStreams = undefined));
  rig.application.refuseStreams = 503;
  const call = await runningCall(rig);
  const told = rig.application.nextRequest('/status');
  await client
    .calls(call.sid)
    .streams.create({ url: url(), statusCallback: `${rig.application.url}/status` });
  const { params } = await told;
  assert.deepEqual([params.StreamEvent, params.StreamErrorCode], ['stream-error', '31920']);
  call.handset.hangUp();
});

for (const [what, fields, code] of [
  ['no URL', { url: '' }, 21_205],
  ['https', { url: 'https://a.example' }, 21_205],
  ['ws', { url: 'ws://a.example' }, 21_205],
  ['a query', { url: 'wss://a.example/?a=1' }, 21_205],
  ['a track that is none', { track: 'both' }, 31_941],
  ['a callback that is no URL', { statusCallback: 'me' }, 21_205],
  [
    'a parameter that is too long',
    { 'parameter1.name': 'a', 'parameter1.value': 'x'.repeat(500) },
    20_001,
  ],
  ['a value without a name', { 'parameter3.value': 'x' }, 20_001],
] as const)
  test(`refuses ${what} (${code})`, async () => {
    const call = await runningCall(rig);
    const creating = client.calls(call.sid).streams.create(Object.assign({ url: url() }, fields));
    assert.deepEqual(await refusal(creating), [400, code]);
    assert.equal(call.session.streams.length, 0);
    call.handset.hangUp();
  });

test('a call that is over (21220), and a call that is none (20404)', async () => {
  const call = await runningCall(rig);
  call.handset.hangUp();
  await call.ended;
  const create = (sid: string) => client.calls(sid).streams.create({ url: url() });
  assert.deepEqual(await refusal(create(call.sid)), [400, 21_220]);
  assert.deepEqual(await refusal(create(`CA${'0'.repeat(32)}`)), [404, 20_404]);
});
