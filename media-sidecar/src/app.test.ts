import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';
import type { Sidecar } from './app.ts';
import { startSidecar } from './app.ts';
import { loadConfig } from './config/config.ts';
import { testDatabaseFiles } from './db/testing/database-archive.ts';
import { tenantInput } from './domain/testing/fixtures.ts';
import { Receiver } from './domain/testing/webhook-receiver.ts';
import { systemClock } from './kernel/clock.ts';
import { FakeLanguageModel } from './llm/testing/fake-language-model.ts';
import { createLogger } from './observability/logger.ts';
import { FakeSpeechToText } from './stt/testing/fake-speech-to-text.ts';
import { PhraseCache } from './tts/phrase-cache.ts';
import { FakeTextToSpeech } from './tts/testing/fake-text-to-speech.ts';

/*
 * The whole sidecar, from Twilio's side of the wire, with the embedded database and fake providers.
 */

const platformKey = 'platform-key-of-the-tests-0123456789';
const authToken = 'auth-token-of-the-tests';
const accountSid = `AC${'a'.repeat(32)}`;
const publicUrl = 'https://voice.example.com';
const caller = '+56987654321';
const called = '+56223334444';
const said = 'Quisiera agendar una prueba de manejo';
const answered = 'Claro, le puedo ofrecer el martes.';

let sidecar: Sidecar;
let receiver: Receiver;
let log = '';
const warmed: string[] = [];
class WatchedCache extends PhraseCache {
  override warm(phrases: readonly string[]): Promise<void> {
    return Promise.resolve(void warmed.push(...phrases));
  }
}
const stt = new FakeSpeechToText(systemClock);
const model = new FakeLanguageModel(systemClock);
const tts = new FakeTextToSpeech(systemClock);

before(async () => {
  receiver = await Receiver.start();
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  sidecar = await startSidecar(
    loadConfig({
      PORT: '0',
      PUBLIC_URL: publicUrl,
      BOOTSTRAP_API_KEY: platformKey,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    }),
    {
      logger: createLogger({ level: 'debug', destination }),
      database: testDatabaseFiles(),
      providers: {
        cascade: { stt, model, tts },
        phrases: new WatchedCache(tts),
        warmUp: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    },
  );
});
after(async () => {
  await sidecar.close();
  await receiver.close();
});

async function api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${sidecar.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${platformKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function callback(path: string, form: Record<string, string>): Promise<string> {
  const signature = getExpectedTwilioSignature(authToken, `${publicUrl}${path}`, form);
  const response = await fetch(`${sidecar.url}${path}`, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature },
    body: new URLSearchParams(form),
  });
  assert.equal(response.status, 200);
  return response.text();
}

/** The phone's end of a media stream: it plays at once whatever it gets. */
class Phone {
  readonly socket: WebSocket;
  audioBytes = 0;

  constructor() {
    const signature = getExpectedTwilioSignature(
      authToken,
      'wss://voice.example.com/twilio/media',
      {},
    );
    this.socket = new WebSocket(`${sidecar.url.replace('http', 'ws')}/twilio/media`, {
      headers: { 'x-twilio-signature': signature },
    });
    this.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        event: string;
        media?: { payload: string };
        mark?: { name: string };
      };
      if (message.event === 'media') {
        this.audioBytes += Buffer.from(message.media?.payload ?? '', 'base64').length;
      }
      if (message.event === 'mark')
        this.send({ event: 'mark', streamSid: 'MZ1', mark: message.mark });
    });
  }

  send(message: object): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  async start(
    callSid: string,
    customParameters: object,
    tracks: readonly string[] = ['inbound'],
  ): Promise<void> {
    await once(this.socket, 'open');
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    this.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.send({
      event: 'start',
      sequenceNumber: '1',
      streamSid: 'MZ1',
      start: {
        accountSid,
        streamSid: 'MZ1',
        callSid,
        tracks,
        mediaFormat,
        customParameters,
      },
    });
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const patience = AbortSignal.timeout(20_000);
  while (!condition()) {
    assert.equal(patience.aborted, false, `waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('carries a call from the session to the record, and leaves no trace of it in the log', async () => {
  const callSid = `CA${'1'.repeat(32)}`;
  await api('PUT', '/v1/tenants/andes', tenantInput({ phoneNumbers: [called] }));
  const subscription = await api('POST', '/v1/subscriptions', {
    url: `${receiver.url}/events`,
    events: ['call.started', 'call.completed'],
    tenant: 'andes',
  });
  const session = await api('POST', '/v1/sessions', {
    calledNumber: called,
    direction: 'inbound',
    from: caller,
    callSid,
    contact: { name: 'Fernanda' },
  });
  assert.ok(warmed.length > 0, 'phrases are prepared while the call is being connected');
  model.reply({ text: [answered], firstTokenMs: 10 });

  const phone = new Phone();
  await phone.start(callSid, { sessionId: session['sessionId'], token: session['token'] });
  await until('the greeting', () => phone.audioBytes > 1600);
  await receiver.arrived(1);
  stt.stream.final(said);
  phone.send({ event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '5' } });
  phone.send({
    event: 'stop',
    sequenceNumber: '9',
    streamSid: 'MZ1',
    stop: { accountSid, callSid },
  });
  phone.socket.close();
  await receiver.arrived(2);

  const twiml = await callback('/twilio/stream-ended', {
    CallSid: callSid,
    From: caller,
    To: called,
  });
  assert.match(twiml, /<Hangup\/>/);
  const [started, completed] = receiver.received.map(({ json }) => json as { type: string });
  assert.deepEqual([started?.type, completed?.type], ['call.started', 'call.completed']);
  const record = await api('GET', `/v1/calls/${callSid}`);
  assert.equal(record['id'], session['callId']);
  assert.deepEqual(
    [record['status'], record['endReason'], record['from'], record['to']],
    ['completed', 'caller-hung-up', caller, called],
  );

  // The same session again, and one that there is not.
  const again = new Phone();
  await again.start(callSid, { sessionId: session['sessionId'], token: session['token'] });
  await once(again.socket, 'close');

  const digits = (number: string): string => number.slice(1);
  const leaks = [
    digits(caller),
    digits(called),
    said,
    answered,
    'Fernanda',
    'gracias por llamar',
    authToken,
    platformKey,
    String(session['token']),
    String(subscription['secret']),
  ].filter((secret) => log.includes(secret));
  assert.deepEqual(leaks, []);
  assert.match(log, /media stream refused/, 'the log was captured');
});

test('a broken start of a stream ends in a message for the tenant', async () => {
  const callSid = `CA${'2'.repeat(32)}`;
  const phone = new Phone();
  await phone.start(callSid, { sessionId: 'none', token: 'none' });
  await once(phone.socket, 'close');
  const twiml = await callback('/twilio/stream-ended', { CallSid: callSid, To: called });
  assert.match(twiml, /<Say language="es-MX">Lo sentimos/);
  assert.match(twiml, /<Record/);
});

test('writes down what is said on a call, and tells it in order', async () => {
  const callSid = `CA${'5'.repeat(32)}`;
  const seen = receiver.received.length;
  await api('PUT', '/v1/tenants/maipo', tenantInput({ phoneNumbers: ['+56223335555'] }));
  await api('POST', '/v1/subscriptions', {
    url: `${receiver.url}/transcriptions`,
    events: ['transcription.started', 'transcription.utterance', 'transcription.completed'],
    tenant: 'maipo',
  });
  const ticket = await api('POST', '/v1/transcriptions', { callSid, tenant: 'maipo' });
  assert.equal(ticket['streamUrl'], 'wss://voice.example.com/twilio/media');
  const { transcriptionId, token } = ticket;

  const oneTrack = new Phone();
  await oneTrack.start(callSid, { transcriptionId, token });
  const [refusedWith] = (await once(oneTrack.socket, 'close')) as [number];
  assert.equal(refusedWith, 1008, 'both tracks were asked for');

  const phone = new Phone();
  const before = stt.streams.length;
  await phone.start(callSid, { transcriptionId, token }, ['inbound', 'outbound']);
  await until('both recognitions', () => stt.streams.length === before + 2);
  const [caller, agent] = stt.streams.slice(before);
  const payload = Buffer.alloc(160, 0xff).toString('base64');
  for (let chunk = 1; chunk <= 10; chunk += 1) {
    for (const track of ['inbound', 'outbound']) {
      const media = { track, chunk: String(chunk), timestamp: String(chunk * 20), payload };
      phone.send({ event: 'media', sequenceNumber: '2', streamSid: 'MZ1', media });
    }
  }
  await until('the audio', () => caller?.frames.length === 10 && agent?.frames.length === 10);
  caller?.final('¿Tienen el modelo nuevo?', { endMs: 100, confidence: 0.9 });
  agent?.final('Sí, llegó ayer.', { endMs: 180 });
  phone.send({
    event: 'stop',
    sequenceNumber: '9',
    streamSid: 'MZ1',
    stop: { accountSid, callSid },
  });
  await receiver.arrived(seen + 4);

  const told = receiver.received
    .filter(({ path }) => path === '/transcriptions')
    .map(({ json }) => json as { type: string; data: Record<string, Record<string, unknown>> });
  assert.deepEqual(
    told.map(({ type, data }) => [type, data['utterance']?.['text']]),
    [
      ['transcription.started', undefined],
      ['transcription.utterance', '¿Tienen el modelo nuevo?'],
      ['transcription.utterance', 'Sí, llegó ayer.'],
      ['transcription.completed', undefined],
    ],
  );
  assert.deepEqual(told.at(-1)?.data['tenant']?.['slug'], 'maipo');
  const record = await api('GET', `/v1/transcriptions/${String(transcriptionId)}`);
  assert.deepEqual([record['status'], record['endReason']], ['completed', 'stream-stopped']);
  assert.deepEqual(told.at(-1)?.data['transcription'], record);
  assert.doesNotMatch(log, /modelo nuevo|llegó ayer/);
});

test('stops a transcription and a conversation when it is asked to', async () => {
  const transcribed = `CA${'6'.repeat(32)}`;
  const ticket = await api('POST', '/v1/transcriptions', {
    callSid: transcribed,
    tenant: 'andes',
    track: 'inbound',
  });
  const { transcriptionId, token } = ticket;
  const listening = new Phone();
  const before = stt.streams.length;
  await listening.start(transcribed, { transcriptionId, token });
  await until('the recognition', () => stt.streams.length === before + 1);
  const path = `/v1/transcriptions/${String(transcriptionId)}`;
  const closed = once(listening.socket, 'close');
  await fetch(`${sidecar.url}${path}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${platformKey}` },
  });
  assert.deepEqual((await closed)[0], 1000);
  let record = await api('GET', path);
  const patience = AbortSignal.timeout(20_000);
  while (record['status'] !== 'completed') {
    assert.equal(patience.aborted, false, 'waited for the end');
    record = await api('GET', path);
  }
  assert.equal(record['endReason'], 'stopped');

  const callSid = `CA${'7'.repeat(32)}`;
  const session = await api('POST', '/v1/sessions', {
    tenant: 'andes',
    direction: 'inbound',
    callSid,
  });
  const phone = new Phone();
  await phone.start(callSid, { sessionId: session['sessionId'], token: session['token'] });
  await until('the greeting', () => phone.audioBytes > 1600);
  const hungUp = once(phone.socket, 'close');
  await api('POST', `/v1/calls/${callSid}/end`, {});
  await hungUp;
  assert.match(await callback('/twilio/stream-ended', { CallSid: callSid }), /<Hangup\/>/);
});

test('while it drains it takes no call, and lets those that run come to their end', async () => {
  const callSid = `CA${'3'.repeat(32)}`;
  const ask = (): Promise<Record<string, unknown>> =>
    api('POST', '/v1/sessions', { tenant: 'andes', direction: 'inbound' });
  const session = await ask();
  const phone = new Phone();
  await phone.start(callSid, { sessionId: session['sessionId'], token: session['token'] });
  await until('the greeting', () => phone.audioBytes > 0);

  const closed = sidecar.close();
  const ready = await fetch(`${sidecar.url}/ready`);
  assert.equal(ready.status, 503);
  assert.equal((await fetch(`${sidecar.url}/health`)).status, 200);
  const { decision } = (await ask()) as { decision: { action: string; reason: string } };
  assert.deepEqual([decision.action, decision.reason], ['decline', 'draining']);
  const late = new Phone();
  const [, refusal] = (await once(late.socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  assert.equal(refusal.statusCode, 503);
  late.socket.on('error', () => undefined).terminate();

  phone.send({
    event: 'stop',
    sequenceNumber: '9',
    streamSid: 'MZ1',
    stop: { accountSid, callSid },
  });
  phone.socket.close();
  const twiml = await callback('/twilio/stream-ended', { CallSid: callSid });
  assert.match(twiml, /<Hangup\/>/);
  await closed;
  await assert.rejects(fetch(`${sidecar.url}/health`));
});
