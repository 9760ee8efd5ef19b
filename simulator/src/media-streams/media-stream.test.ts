import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import twilio from 'twilio';
import type { WebSocket } from 'ws';
import type { Handset, HandsetEnding } from '../telephone-network/handset.ts';
import { tone } from '../telephone-network/tones.ts';
import type { CallSession } from '../twilio/call-session.ts';
import { Inbox } from '../twilio/testing/application.ts';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALLER,
  NUMBER,
  startRig,
  type Rig,
} from '../twilio/testing/rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());
beforeEach(() => {
  rig.application.requests.length = 0;
  rig.application.upgrades.length = 0;
  rig.application.refuseStreams = undefined;
  rig.application.document('/status', '');
});

interface StreamCall {
  readonly socket: WebSocket;
  readonly inbox: Inbox;
  readonly handset: Handset;
  readonly session: CallSession;
  readonly ended: Promise<HandsetEnding>;
  readonly streamSid: string;
  /** Frames that the telephone's earpiece played and that are not silent. */
  readonly sounds: Uint8Array[];
  send(message: object): void;
}

const connectVerb = (behind = '', attributes = ''): string =>
  `<Connect ${attributes}><Stream url="${rig.application.streamUrl}/media" name="main" ` +
  `statusCallback="${rig.application.url}/status"><Parameter name="token" value="s3cret"/>` +
  `</Stream></Connect>${behind}`;

async function streamCall(verbs = connectVerb()): Promise<StreamCall> {
  rig.application.document('/voice', verbs);
  const connected = Promise.withResolvers<WebSocket>();
  rig.application.onStream = connected.resolve;
  const ending = Promise.withResolvers<HandsetEnding>();
  const sounds: Uint8Array[] = [];
  const handset = rig.simulator.exchange.dial(
    { from: CALLER, to: NUMBER },
    {
      audio: (mulaw) => {
        if (mulaw.some((byte) => byte !== 0xff)) sounds.push(mulaw);
      },
      ended: ending.resolve,
    },
  );
  const session = rig.simulator.exchange.findCall(handset.callSid);
  assert.ok(session);
  const socket = await connected.promise;
  const inbox = new Inbox(socket);
  const { streamSid } = (await inbox.next('start')) as { streamSid: string };
  return {
    socket,
    inbox,
    handset,
    session,
    ended: ending.promise,
    streamSid,
    sounds,
    send: (message) => socket.send(JSON.stringify(message)),
  };
}

const warnings = (session: CallSession): unknown[] =>
  session.events.filter(({ type }) => type === 'warning').map(({ details }) => details.code);

const payload = (ms: number): string => Buffer.from(tone([440], ms)).toString('base64');

test("signs the upgrade so that Twilio's SDK accepts it for the wss URL", async () => {
  const call = await streamCall();
  const [upgrade] = rig.application.upgrades;
  const signature = upgrade?.headers['x-twilio-signature'] as string;
  const { streamUrl } = rig.application;
  const check = (url: string) => twilio.validateRequest(AUTH_TOKEN, signature, url, {});
  assert.equal(check(`${streamUrl}/media`), true);
  assert.equal(check(`${streamUrl.replace('wss', 'https')}/media`), false);
  call.handset.hangUp();
  await call.ended;
});

test('sends connected, start and media, 20 ms each, without a gap', async () => {
  const call = await streamCall();
  call.handset.sendAudio(tone([440], 200));
  await call.inbox.next('media', 20);
  const [connected, start, ...media] = call.inbox.messages;
  assert.deepEqual(connected, { event: 'connected', protocol: 'Call', version: '1.0.0' });
  assert.deepEqual(start, {
    event: 'start',
    sequenceNumber: '1',
    streamSid: call.streamSid,
    start: {
      accountSid: ACCOUNT_SID,
      streamSid: call.streamSid,
      callSid: call.session.sid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: 's3cret' },
    },
  });
  const frames = media as unknown as {
    sequenceNumber: string;
    media: { track: string; chunk: string; timestamp: string; payload: string };
  }[];
  frames.forEach((frame, index) => {
    assert.equal(frame.sequenceNumber, String(index + 2));
    assert.equal(frame.media.chunk, String(index + 1));
    assert.equal(frame.media.track, 'inbound');
    assert.equal(Number(frame.media.timestamp) - Number(frames[0]?.media.timestamp), index * 20);
    assert.equal(Buffer.from(frame.media.payload, 'base64').length, 160);
  });
  call.handset.hangUp();
  await call.ended;
});

test('plays what it is sent, returns marks behind it, and tells keys', async () => {
  const call = await streamCall();
  const { streamSid } = call;
  call.send({ event: 'media', streamSid, media: { payload: payload(100) } });
  call.send({ event: 'mark', streamSid, mark: { name: 'greeting' } });
  const mark = await call.inbox.next('mark');
  assert.deepEqual(mark.mark, { name: 'greeting' });
  assert.equal(call.sounds.length, 5);
  assert.deepEqual(Buffer.concat(call.sounds), Buffer.from(payload(100), 'base64'));
  call.handset.press('5');
  assert.deepEqual((await call.inbox.next('dtmf')).dtmf, { track: 'inbound_track', digit: '5' });
  call.handset.hangUp();
  await call.ended;
});

test('a clear stops the audio and returns the marks that were waiting', async () => {
  const call = await streamCall();
  const { streamSid } = call;
  call.send({ event: 'media', streamSid, media: { payload: payload(60_000) } });
  call.send({ event: 'mark', streamSid, mark: { name: 'a' } });
  call.send({ event: 'mark', streamSid, mark: { name: 'b' } });
  call.send({ event: 'clear', streamSid });
  assert.deepEqual((await call.inbox.next('mark', 2)).mark, { name: 'b' });
  assert.equal(call.session.streams[0]?.stats.clearsAtMs.length, 1);
  assert.ok(call.sounds.length < 1000);
  call.handset.hangUp();
  await call.ended;
});

test('missing frames show as a jump of the timestamps', async () => {
  const call = await streamCall();
  await call.inbox.next('media', 5);
  call.session.line.loseFrames(200);
  const before = call.inbox.of('media').length;
  await call.inbox.next('media', before + 5);
  const times = call.inbox
    .of('media')
    .map((message) => Number((message.media as { timestamp: string }).timestamp));
  const steps = times.slice(1).map((time, index) => time - (times[index] as number));
  assert.equal(Math.max(...steps), 220);
  assert.equal(steps.filter((step) => step !== 20).length, 1);
  call.handset.hangUp();
  await call.ended;
});

test('warns once per stream about messages it cannot take, and goes on', async () => {
  const call = await streamCall();
  const { streamSid, socket } = call;
  socket.send('no json');
  call.send({ event: 'clear', streamSid: 'MZother' });
  call.send({ event: 'media', streamSid, media: { payload: '////', track: 'outbound' } });
  socket.send(Buffer.from([1, 2, 3]));
  socket.send(Buffer.from([1, 2, 3]));
  call.send({ event: 'mark', streamSid, mark: { name: 'still here' } });
  await call.inbox.next('mark');
  assert.deepEqual(warnings(call.session), [31_951, 31_950]);
  call.handset.hangUp();
  await call.ended;
});

test('a hang-up sends stop, closes the socket and tells the status callback', async () => {
  const call = await streamCall();
  const closed = new Promise<number>((resolve) => call.socket.on('close', resolve));
  call.handset.hangUp();
  assert.deepEqual(await call.ended, { status: 'completed', endedBy: 'caller' });
  const stop = await call.inbox.next('stop');
  assert.deepEqual(stop.stop, { accountSid: ACCOUNT_SID, callSid: call.session.sid });
  assert.equal(await closed, 1000);
  const told = () =>
    rig.application
      .requestsTo('/status')
      .map(({ params }) => params)
      .filter(({ StreamSid }) => StreamSid === call.streamSid);
  while (told().length < 2) await rig.application.nextRequest('/status');
  assert.deepEqual(
    told().map(({ StreamEvent, StreamName }) => [StreamEvent, StreamName]),
    [
      ['stream-started', 'main'],
      ['stream-stopped', 'main'],
    ],
  );
});

test('when the server closes, the next verb runs', async () => {
  const call = await streamCall(connectVerb('<Redirect>/after</Redirect>'));
  rig.application.document('/after', '<Hangup/>');
  const asked = rig.application.nextRequest('/after');
  call.socket.close(1000);
  assert.equal((await asked).params.CallStatus, 'in-progress');
  assert.deepEqual(await call.ended, { status: 'completed', endedBy: 'other-side' });
});

test('with an action, that is asked instead, however the stream ended', async () => {
  const verbs = connectVerb('<Redirect>/after</Redirect>', 'action="/ended"');
  rig.application.document('/ended', '<Hangup/>');
  const closed = await streamCall(verbs);
  closed.socket.close(1000);
  await closed.ended;
  const broken = await streamCall(verbs);
  broken.socket.terminate();
  await broken.ended;
  assert.ok(warnings(broken.session).includes(31_903));
  rig.application.refuseStreams = 403;
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  rig.simulator.exchange.dial({ from: CALLER, to: NUMBER }, { ended: resolve });
  await promise;
  assert.equal(rig.application.requestsTo('/ended').length, 3);
  assert.equal(rig.application.requestsTo('/after').length, 0);
});

for (const [what, url] of [
  ['without TLS', 'ws://localhost:9/media'],
  ['over https', 'https://localhost:9/media'],
  ['with a query string', 'wss://localhost:9/media?token=1'],
  ['that is no URL', 'media'],
] as const)
  test(`refuses a stream ${what}, and goes on`, async () => {
    rig.application.document(
      '/voice',
      `<Connect><Stream url="${url}" statusCallback="/status"/></Connect><Hangup/>`,
    );
    const told = rig.application.nextRequest('/status');
    const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
    rig.simulator.exchange.dial({ from: CALLER, to: NUMBER }, { ended: resolve });
    const { params } = await told;
    assert.equal(params.StreamEvent, 'stream-error');
    assert.equal(params.StreamErrorCode, '31920');
    assert.equal((await promise).status, 'completed');
  });

test('refuses a certificate that nobody vouches for', async (t) => {
  const stranger = await startRig({}, { trustedCaPem: rig.application.certPem });
  t.after(() => stranger.close());
  stranger.application.document(
    '/voice',
    `<Connect><Stream url="${stranger.application.streamUrl}/media"/></Connect><Hangup/>`,
  );
  const { promise, resolve } = Promise.withResolvers<HandsetEnding>();
  const { exchange } = stranger.simulator;
  const handset = exchange.dial({ from: CALLER, to: NUMBER }, { ended: resolve });
  await promise;
  assert.equal(stranger.application.upgrades.length, 0);
  assert.deepEqual(warnings(exchange.findCall(handset.callSid) as CallSession), [31_920]);
});

test('a fork carries both tracks beside the call, and takes no messages', async () => {
  const call = await streamCall(
    `<Start><Stream name="fork" track="both_tracks" url="${rig.application.streamUrl}/fork"/></Start>` +
      '<Say language="es-MX">Hola</Say><Stop><Stream name="fork"/></Stop><Pause length="1"/>',
  );
  call.send({ event: 'clear', streamSid: call.streamSid });
  await call.inbox.next('stop');
  const media = call.inbox.of('media').map((message) => message.media as { track: string });
  assert.deepEqual([...new Set(media.map(({ track }) => track))].sort(), ['inbound', 'outbound']);
  assert.deepEqual(warnings(call.session).slice(0, 1), [31_951]);
  await call.ended;
});

test('a redirect of the call through the API stops the stream', async () => {
  const call = await streamCall();
  call.session.redirect({ kind: 'inline', twiml: '<Response><Hangup/></Response>' });
  await call.inbox.next('stop');
  assert.equal((await call.ended).status, 'completed');
});

test('discards audio beyond the buffer, with a warning (31930)', async (t) => {
  const small = await startRig({}, { mediaStreams: { outboundBufferMs: 100 } });
  t.after(() => small.close());
  small.application.document(
    '/voice',
    `<Connect><Stream url="${small.application.streamUrl}/media"/></Connect>`,
  );
  const connected = Promise.withResolvers<WebSocket>();
  small.application.onStream = connected.resolve;
  const { exchange } = small.simulator;
  const handset = exchange.dial({ from: CALLER, to: NUMBER }, {});
  const socket = await connected.promise;
  const inbox = new Inbox(socket);
  const { streamSid } = await inbox.next('start');
  const send = (message: object): void => socket.send(JSON.stringify({ streamSid, ...message }));
  send({ event: 'media', media: { payload: payload(200) } });
  send({ event: 'mark', mark: { name: 'nothing before it' } });
  await inbox.next('mark');
  assert.deepEqual(warnings(exchange.findCall(handset.callSid) as CallSession), [31_930]);
});

test('discards caller audio while the socket is congested, with a warning (31930)', async (t) => {
  const narrow = await startRig({}, { mediaStreams: { congestionBytes: 1 } });
  t.after(() => narrow.close());
  narrow.application.document(
    '/voice',
    `<Connect><Stream url="${narrow.application.streamUrl}/media"/></Connect>`,
  );
  const connected = Promise.withResolvers<WebSocket>();
  narrow.application.onStream = connected.resolve;
  const warned = Promise.withResolvers<unknown>();
  const { exchange } = narrow.simulator;
  exchange.onCallEvent = (_session, { type, details }) => {
    if (type === 'warning') warned.resolve(details.code);
  };
  exchange.dial({ from: CALLER, to: NUMBER }, {});
  // A server that reads nothing: what is sent stays in the socket of the sender.
  (await connected.promise).pause();
  // The kernels of both ends take some megabytes before the sender feels anything.
  const mostFrames = 200_000;
  const [call] = exchange.allCalls();
  const stats = () => call!.streams[0]!.stats;
  for (let frames = 0; stats().discarded === 0 && frames < mostFrames; frames++) {
    call!.line.tick();
    if (frames % 500 === 499) await setImmediate();
  }
  assert.ok(stats().discarded > 0, 'nothing was discarded');
  assert.equal(await warned.promise, 31_930);
});
