import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';
import type { Sidecar } from './app.ts';
import { startSidecar } from './app.ts';
import { loadConfig } from './config/config.ts';
import { Receiver, tenantInput } from './domain/testing/fixtures.ts';
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

  async start(callSid: string, customParameters: object): Promise<void> {
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
        tracks: ['inbound'],
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
