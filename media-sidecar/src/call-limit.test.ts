import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';
import { startSidecar, type Sidecar } from './app.ts';
import { followScript, testedDefaults } from './call/testing/realtime-script.ts';
import { loadConfig } from './config/config.ts';
import { testDatabaseFiles } from './db/testing/database-archive.ts';
import { tenantInput } from './domain/testing/fixtures.ts';
import { systemClock } from './kernel/clock.ts';
import { silentLogger } from './kernel/logger.ts';
import { FakeLanguageModel } from './llm/testing/fake-language-model.ts';
import { FakeRealtimeModel } from './realtime/testing/fake-realtime-model.ts';
import { FakeSipCalls } from './realtime/testing/fake-sip-calls.ts';
import { FakeSpeechToText } from './stt/testing/fake-speech-to-text.ts';
import { PhraseCache } from './tts/phrase-cache.ts';
import { FakeTextToSpeech } from './tts/testing/fake-text-to-speech.ts';

/*
 * How long a conversation may last is a setting of the process: it has to reach whoever holds one.
 */

const platformKey = 'platform-key-of-the-tests-0123456789';
const authToken = 'auth-token-of-the-tests';
const accountSid = `AC${'a'.repeat(32)}`;
const callLimitMs = 1000;

let sidecar: Sidecar;

before(async () => {
  const tts = new FakeTextToSpeech(systemClock);
  const stt = new FakeSpeechToText(systemClock);
  const model = new FakeRealtimeModel(systemClock);
  followScript(model, systemClock, {});
  const config = loadConfig({
    PORT: '0',
    PUBLIC_URL: 'https://voice.example.com',
    BOOTSTRAP_API_KEY: platformKey,
    ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    OPENAI_PROJECT_ID: 'proj_1',
    CALL_LIMIT_MS: String(callLimitMs),
  });
  sidecar = await startSidecar(config, {
    logger: silentLogger,
    database: testDatabaseFiles(),
    providers: {
      cascade: { stt, model: new FakeLanguageModel(systemClock), tts },
      realtime: { model, sipCalls: new FakeSipCalls(), defaults: testedDefaults },
      phrases: new PhraseCache(tts),
      warmUp: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  });
});
after(() => sidecar.close());

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

/** Holds a call over a media stream, at whose end the phone plays at once whatever it gets. */
async function hold(callSid: string, customParameters: object): Promise<void> {
  const signature = getExpectedTwilioSignature(
    authToken,
    'wss://voice.example.com/twilio/media',
    {},
  );
  const socket = new WebSocket(`${sidecar.url.replace('http', 'ws')}/twilio/media`, {
    headers: { 'x-twilio-signature': signature },
  });
  const streamSid = 'MZ1';
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () => {
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    send({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters },
    });
  });
  socket.on('message', (data: Buffer) => {
    const { event, mark } = JSON.parse(data.toString()) as { event: string; mark?: object };
    if (event === 'mark') send({ event, streamSid, mark });
  });
  await new Promise((closed, failed) => {
    socket.on('close', closed);
    socket.on('error', failed);
  });
}

for (const [index, pipeline] of (['cascade', 'realtime'] as const).entries()) {
  const name = `a ${pipeline} call ends at the limit that the process was given`;
  test(name, { timeout: 60_000 }, async () => {
    const callSid = `CA${String(index).repeat(32)}`;
    await api('PUT', `/v1/tenants/${pipeline}`, tenantInput({ pipeline }));
    const { sessionId, token } = await api('POST', '/v1/sessions', {
      tenant: pipeline,
      direction: 'inbound',
      callSid,
    });
    await hold(callSid, { sessionId, token });
    let call = await api('GET', `/v1/calls/${callSid}`);
    const patience = AbortSignal.timeout(20_000);
    while (call['endReason'] === null) {
      assert.equal(patience.aborted, false, 'waited for the record of the end');
      await setTimeout(20);
      call = await api('GET', `/v1/calls/${callSid}`);
    }
    assert.equal(call['endReason'], 'time-limit');
  });
}

test('who dials a call over SIP is told a limit behind it', async () => {
  const { sip } = await api('POST', '/v1/sessions', {
    tenant: 'realtime',
    direction: 'inbound',
    transport: 'sip',
    callSid: `CA${'9'.repeat(32)}`,
  });
  assert.equal((sip as { timeLimitMs: number }).timeLimitMs, callLimitMs + 120_000);
});
