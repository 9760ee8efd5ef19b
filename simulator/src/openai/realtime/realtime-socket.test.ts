import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import OpenAI from 'openai';
import { WebSocket } from 'ws';
import type { FaultChanges } from '../../faults/faults.ts';
import type { ErrorBody } from '../testing/service.ts';
import { connect, OPENAI_KEY, startCloud, type Cloud } from './testing/realtime.ts';

type RealtimeFaults = NonNullable<FaultChanges['openAiRealtime']>;
const fail = ({ simulator }: Cloud, openAiRealtime: RealtimeFaults): void =>
  simulator.faults.set({ openAiRealtime });

const closing = async (closed: Promise<[number, Buffer]>): Promise<[number, string]> => {
  const [code, reason] = await closed;
  return [code, String(reason)];
};

/** A client of its own kind, as browsers are: the key is a subprotocol. */
function open(t: TestContext, { simulator, certificate }: Cloud, query: string, key?: string) {
  const url = `${simulator.openai.baseUrl.replace('https', 'wss')}/realtime${query}`;
  const protocols = key === undefined ? [] : ['realtime', `openai-insecure-api-key.${key}`];
  const socket = new WebSocket(url, protocols, { ca: certificate.certPem });
  // A connection that was refused says so when it is given up.
  socket.on('error', () => undefined);
  t.after(() => socket.terminate());
  return socket;
}

const status = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    socket.once('open', () => reject(new Error('it opened')));
  });

test('a wrong key, a wrong model and the beta are told on the open socket, which is closed', async (t) => {
  const cloud = await startCloud(t);
  const wrongKey = await connect(t, cloud, { apiKey: 'sk-not-the-key-at-all' });
  assert.equal((await wrongKey.next('error')).error.code, 'invalid_api_key');
  assert.deepEqual(await closing(wrongKey.closed), [3000, 'invalid_request_error.invalid_api_key']);
  const wrongModel = await connect(t, cloud, { model: 'gpt-4o-realtime-preview' });
  assert.equal((await wrongModel.next('error')).error.code, 'model_not_found');
  assert.equal((await closing(wrongModel.closed))[0], 4000);
  const noModel = open(t, cloud, '', OPENAI_KEY);
  assert.equal((await once(noModel, 'close'))[0], 4000);
  const noKey = open(t, cloud, '?model=gpt-realtime-2.1');
  assert.equal((await once(noKey, 'close'))[0], 3000);
  const url = `${cloud.simulator.openai.baseUrl.replace('https', 'wss')}/realtime?model=gpt-realtime`;
  const headers = { authorization: `Bearer ${OPENAI_KEY}`, 'openai-beta': 'realtime=v1' };
  const beta = new WebSocket(url, { ca: cloud.certificate.certPem, headers });
  const [, reason] = await once(beta, 'close');
  assert.equal(String(reason), 'invalid_request_error.beta_api_shape_disabled');
  const foreign = { authorization: `Bearer ${OPENAI_KEY}`, 'openai-project': 'proj_another' };
  const elsewhere = new WebSocket(url, { ca: cloud.certificate.certPem, headers: foreign });
  const [code, why] = await once(elsewhere, 'close');
  assert.deepEqual([code, String(why)], [3000, 'invalid_request_error.mismatched_project']);
});

test('a browser shows its key as a subprotocol, and a client secret brings its session', async (t) => {
  const cloud = await startCloud(t);
  const browser = open(t, cloud, '?model=gpt-realtime-2.1', OPENAI_KEY);
  const [data] = await once(browser, 'message');
  assert.equal(browser.protocol, 'realtime');
  assert.equal(JSON.parse(String(data)).type, 'session.created');

  const rest = new OpenAI({
    apiKey: OPENAI_KEY,
    baseURL: `${cloud.simulator.url}/openai/v1`,
  });
  const { value } = await rest.realtime.clientSecrets.create({
    session: { type: 'realtime', model: 'gpt-realtime-2', instructions: 'Eres Ana.' },
  });
  const { next } = await connect(t, cloud, { apiKey: value });
  const { session } = await next('session.created');
  assert.deepEqual([session.model, session.instructions], ['gpt-realtime-2', 'Eres Ana.']);
  const unknown = await connect(t, cloud, { apiKey: 'ek_unknown' });
  assert.equal((await closing(unknown.closed))[0], 3000);
});

test('connections are refused on demand, and nobody lives at other addresses', async (t) => {
  const cloud = await startCloud(t);
  fail(cloud, { failNext: { status: 429, count: 1 } });
  assert.equal(await status(open(t, cloud, '?model=gpt-realtime-2.1', OPENAI_KEY)), 429);
  fail(cloud, { failNext: { status: 503, count: 1 } });
  assert.equal(await status(open(t, cloud, '?model=gpt-realtime-2.1', OPENAI_KEY)), 503);
  assert.equal(await status(open(t, cloud, '/other', OPENAI_KEY)), 404);
  const { next } = await connect(t, cloud);
  await next('session.created');
});

test('the session ends at its limit with 1001', async (t) => {
  const cloud = await startCloud(t);
  fail(cloud, { sessionLimitMs: 50 });
  const { next, closed } = await connect(t, cloud);
  assert.equal((await next('error')).error.code, 'session_expired');
  assert.deepEqual(await closing(closed), [
    1001,
    'Your session hit the maximum duration of 0 minutes.',
  ]);
});

for (const [phase, before] of [
  ['connected', 'session.created'],
  ['thinking', 'response.created'],
  ['first-audio', 'response.output_audio.delta'],
  ['mid-audio', 'response.output_audio.delta'],
  ['all-audio-sent', 'response.output_audio.done'],
] as const) {
  test(`a socket dies at the phase ${phase}`, async (t) => {
    const cloud = await startCloud(t);
    cloud.simulator.openai.realtime.script([
      { reply: 'Con mucho gusto le cuento todo lo que quiera saber de nosotros.', times: 9 },
    ]);
    fail(cloud, { killNext: { phase } });
    const dying = await connect(t, cloud);
    dying.socket.socket.once('open', () => dying.send({ type: 'response.create' }));
    assert.equal((await dying.closed)[0], 1006);
    assert.deepEqual(dying.inbox.of('response.done'), []);
    assert.equal(dying.inbox.types().at(-1), before);
    const next = await connect(t, cloud);
    next.socket.socket.once('open', () => next.send({ type: 'response.create' }));
    assert.equal((await next.next('response.done')).response.status, 'completed');
  });
}

test('a socket dies while a tool runs, or closes properly', async (t) => {
  const cloud = await startCloud(t);
  cloud.simulator.openai.realtime.script([{ reply: { calls: [{ name: 'buscar' }] } }]);
  fail(cloud, { killNext: { phase: 'tool-running', how: 'close', code: 1011, count: 1 } });
  const { next, send, closed } = await connect(t, cloud);
  await next('session.created');
  send({ type: 'response.create' });
  await next('response.function_call_arguments.done');
  assert.equal((await closing(closed))[0], 1011);
});

test('a socket dies once the caller speaks, and some time after a phase', async (t) => {
  const cloud = await startCloud(t);
  fail(cloud, { killNext: { phase: 'caller-speaking' } });
  const speaking = await connect(t, cloud);
  await speaking.next('session.created');
  const audio = Buffer.alloc(24_000, Buffer.from([0, 64, 0, 192])).toString('base64');
  speaking.send({ type: 'input_audio_buffer.append', audio });
  assert.equal((await speaking.closed)[0], 1006);
  assert.equal(speaking.inbox.types().at(-1), 'input_audio_buffer.speech_started');

  cloud.simulator.openai.realtime.script([{ reply: 'Sí.', times: 2 }]);
  fail(cloud, { killNext: { phase: 'all-audio-sent', delayMs: 100 } });
  const late = await connect(t, cloud);
  await late.next('session.created');
  late.send({ type: 'response.create' });
  await late.next('response.done');
  assert.equal((await late.closed)[0], 1006);
  fail(cloud, { killNext: { phase: 'idle' } });
  const idle = await connect(t, cloud);
  await idle.next('session.created');
  idle.send({ type: 'response.create' });
  assert.equal((await idle.closed)[0], 1006);
  assert.equal(idle.inbox.types().at(-1), 'response.done');
});

test('a phase may be reached some times before the socket dies there', async (t) => {
  const cloud = await startCloud(t);
  cloud.simulator.openai.realtime.script([{ reply: 'Sí.', times: 2 }]);
  fail(cloud, { killNext: { phase: 'thinking', skip: 1 } });
  const { closed, inbox, next, send } = await connect(t, cloud);
  await next('session.created');
  send({ type: 'response.create' });
  await next('response.done');
  send({ type: 'response.create' });
  assert.equal((await closed)[0], 1006);
  assert.equal(inbox.of('response.done').length, 1);
  assert.equal(inbox.types().at(-1), 'response.created');
});

test('more sessions than there may be are refused with 429, until one ends', async (t) => {
  const cloud = await startCloud(t);
  fail(cloud, { maxSessions: 1 });
  const first = await connect(t, cloud);
  await first.next('session.created');
  assert.equal(await status(open(t, cloud, '?model=gpt-realtime-2.1', OPENAI_KEY)), 429);
  first.socket.socket.close();
  await first.closed;
  const second = await connect(t, cloud);
  await second.next('session.created');
});

for (const [phase, before] of [
  ['first-audio', 'output_audio_buffer.started'],
  ['mid-audio', 'response.output_audio_transcript.delta'],
  ['all-audio-sent', 'response.output_audio.done'],
] as const) {
  test(`a control socket dies at the phase ${phase}, and its call goes on`, async (t) => {
    const cloud = await startCloud(t);
    const { project } = cloud.simulator.openai;
    const call = await project.incomingCall({ from: '+56912345678', to: 'proj_1' });
    call.accept({ type: 'realtime', model: 'gpt-realtime-2.1' });
    cloud.simulator.openai.realtime.script([{ reply: 'Con mucho gusto le cuento todo.' }]);
    fail(cloud, { killNext: { phase } });
    const dying = await connect(t, cloud, { callID: call.id });
    await dying.next('session.created');
    dying.send({ type: 'response.create' });
    assert.equal((await dying.closed)[0], 1006);
    assert.equal(dying.inbox.types().at(-1), before);
    const again = await connect(t, cloud, { callID: call.id });
    await again.next('session.created');
    assert.equal(project.calls.isActive(call.id), true);
  });
}

test('a frozen socket answers no ping', async (t) => {
  const cloud = await startCloud(t);
  const alive = await connect(t, cloud);
  await alive.next('session.created');
  alive.socket.socket.ping();
  await once(alive.socket.socket, 'pong');
  fail(cloud, { killNext: { phase: 'idle', how: 'freeze', count: 1 } });
  alive.send({ type: 'session.update', session: { type: 'realtime' } });
  await alive.next('session.updated');
  let pongs = 0;
  alive.socket.socket.on('pong', () => pongs++);
  alive.socket.socket.ping();
  alive.send({ type: 'response.create' });
  const other = await connect(t, cloud);
  await other.next('session.created');
  other.socket.socket.ping();
  await once(other.socket.socket, 'pong');
  assert.equal(pongs, 0);
  assert.deepEqual(alive.inbox.of('response.created'), []);
});

test('events come broken, unknown, twice and in another order on demand', async (t) => {
  const cloud = await startCloud(t);
  const events = async (faults: RealtimeFaults) => {
    cloud.simulator.faults.reset();
    cloud.simulator.openai.realtime.script([{ reply: 'Sí.' }]);
    fail(cloud, { firstAudioDelayMs: 0, deltaIntervalMs: 0, ...faults });
    const connection = await connect(t, cloud);
    await connection.next('session.created');
    connection.send({ type: 'response.create' });
    await connection.next('response.done');
    return connection;
  };
  const sound = await events({});
  assert.deepEqual(sound.errors, []);
  const count = sound.inbox.all.length;
  const malformed = await events({ malformedEvery: 4 });
  assert.equal(malformed.errors.length, Math.floor(count / 4));
  assert.equal(malformed.inbox.all.length, count);
  const unknown = await events({ unknownEvery: 4 });
  assert.equal(unknown.inbox.of('response.simulated.unknown').length, Math.floor(count / 4));
  const twice = (await events({ duplicateEvery: 4 })).inbox.all.map(({ event_id }) => event_id);
  assert.equal(twice.length - new Set(twice).size, Math.floor(count / 4));
  const swapped = await events({ swapEvery: 4 });
  assert.deepEqual(swapped.inbox.types().toSorted(), sound.inbox.types().toSorted());
  assert.notDeepEqual(swapped.inbox.types(), sound.inbox.types());
});

test('a control of a call that there is not is refused late, where that is asked for', async (t) => {
  const cloud = await startCloud(t);
  fail(cloud, { notFoundDelayMs: 50 });
  const nobody = open(t, cloud, '?call_id=rtc_unknown', OPENAI_KEY);
  const [, response] = (await once(nobody, 'unexpected-response')) as [unknown, IncomingMessage];
  const { error } = JSON.parse(await text(response)) as ErrorBody;
  assert.deepEqual([response.statusCode, error?.code], [404, 'call_id_not_found']);
  // Whoever does not wait for it does no harm.
  const { hostname, host, port } = new URL(cloud.simulator.url);
  const impatient = createConnection(Number(port), hostname);
  const request = [
    'GET /openai/v1/realtime?call_id=rtc_unknown HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  ];
  impatient.write(`${request.join('\r\n')}\r\n\r\n`, () => impatient.resetAndDestroy());
  await once(impatient, 'close');
  assert.equal(await status(open(t, cloud, '?call_id=rtc_unknown', OPENAI_KEY)), 404);
});

test('a control socket steers an accepted SIP call, until it ends', async (t) => {
  const cloud = await startCloud(t);
  const { project } = cloud.simulator.openai;
  const call = await project.incomingCall({ from: '+56912345678', to: 'proj_1' });
  const early = open(t, cloud, `?call_id=${call.id}`, OPENAI_KEY);
  assert.equal(await status(early), 404);
  call.accept({ type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Eres Ana.' });
  cloud.simulator.openai.realtime.script([{ reply: 'Buenas tardes.' }]);
  const control = await connect(t, cloud, { callID: call.id });
  const { session } = await control.next('session.created');
  assert.equal(session.instructions, 'Eres Ana.');
  control.send({ type: 'input_audio_buffer.append', audio: '' });
  assert.match((await control.next('error')).error.message, /SIP/);
  control.send({ type: 'response.create' });
  await control.next('output_audio_buffer.started');
  const done = await control.next('response.done');
  assert.equal(done.response.output[0].content[0].transcript, 'Buenas tardes.');
  assert.deepEqual(control.inbox.of('response.output_audio.delta'), []);
  call.callerPresses('5#');
  const key = await control.next('input_audio_buffer.dtmf_event_received');
  assert.deepEqual([key.event, key.event_id], ['5', undefined]);
  control.send({ type: 'output_audio_buffer.clear' });
  await control.next('output_audio_buffer.cleared');
  call.callerHangsUp();
  assert.equal((await closing(control.closed))[0], 1000);
});
