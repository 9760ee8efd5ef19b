import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ConfigError, loadConfig } from './config/config.ts';
import { systemClock } from './kernel/clock.ts';
import { silentLogger } from './kernel/logger.ts';
import { noMetrics } from './kernel/metrics.ts';
import { buildProviders } from './providers.ts';

const deps = { clock: systemClock, metrics: noMetrics, logger: silentLogger };
const base = {
  PUBLIC_URL: 'https://voice.example.com',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'auth-token',
  GEMINI_API_KEY: 'gemini-key',
  GOOGLE_API_KEY: 'google-key',
};
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'providers-test-'));
});
after(() => rm(dir, { recursive: true }));

async function build(more: Record<string, string | undefined>): Promise<string[]> {
  const built = await buildProviders(loadConfig({ ...base, ...more }), deps);
  const { stt, model, fallbackModel, tts, fallbackTts } = built.cascade;
  await built.close();
  return [stt, model, fallbackModel, tts, fallbackTts].map((each) => each?.name ?? 'none');
}

async function problemOf(more: Record<string, string | undefined>): Promise<string> {
  try {
    await build(more);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n')[1]?.trim() ?? '';
  }
  return assert.fail('the configuration was accepted');
}

test('builds the cascade with somebody to step in for the model and the voice', async () => {
  assert.deepEqual(await build({ GEMINI_MODEL: 'gemini-x' }), [
    'google-speech',
    'gemini:gemini-x',
    'gemini:gemini-3.5-flash-lite',
    'google-tts',
    'fallback-tts',
  ]);
  const [, , fallback] = await build({ GEMINI_MODEL: 'gemini-3.5-flash-lite' });
  assert.equal(fallback, 'none', 'a model does not stand in for itself');
});

test('takes a service account', async () => {
  const file = join(dir, 'account.json');
  const account = { type: 'service_account', client_email: 'a@b', private_key: 'key' };
  await writeFile(file, JSON.stringify(account));
  await build({ GOOGLE_API_KEY: undefined, GOOGLE_APPLICATION_CREDENTIALS: file });
});

test('names the variable that is missing or leads nowhere', async () => {
  const broken = join(dir, 'broken.json');
  await writeFile(broken, '{');
  const away = join(dir, 'away');
  const noKey = { GOOGLE_API_KEY: undefined };
  const v2 = { GOOGLE_STT_API: 'v2', GOOGLE_PROJECT_ID: 'a-project' };
  const problems: [Record<string, string | undefined>, string][] = [
    [{ GEMINI_API_KEY: undefined }, 'GEMINI_API_KEY: is required'],
    [{ GOOGLE_STT_API: 'v2' }, 'GOOGLE_PROJECT_ID: is required for v2'],
    [{ GOOGLE_STT_LOCATION: 'us' }, 'GOOGLE_STT_LOCATION: is for v2 only: v1 knows no locations'],
    [
      { ...v2, GOOGLE_STT_LOCATION: 'us', GOOGLE_SPEECH_ENDPOINT: 'eu-speech.googleapis.com:443' },
      'GOOGLE_STT_LOCATION: eu-speech.googleapis.com:443 serves the location eu only',
    ],
    [{ GOOGLE_CA_FILE: away }, 'GOOGLE_CA_FILE: names a file that cannot be read'],
    [
      { ...noKey, GOOGLE_APPLICATION_CREDENTIALS: away },
      'GOOGLE_APPLICATION_CREDENTIALS: names a file that cannot be read',
    ],
    [
      { ...noKey, GOOGLE_APPLICATION_CREDENTIALS: broken },
      'GOOGLE_APPLICATION_CREDENTIALS: names a file that is no JSON',
    ],
  ];
  for (const [more, problem] of problems) assert.equal(await problemOf(more), problem);
});

const openAi = { OPENAI_API_KEY: 'sk-a-key' };

test('speech to speech needs a key of OpenAI, and has defaults', async () => {
  const without = await buildProviders(loadConfig(base), deps);
  assert.equal(without.realtime, undefined);
  await without.close();
  const config = loadConfig({ ...base, ...openAi, OPENAI_TRANSCRIPTION_MODEL: 'a-transcriber' });
  const built = await buildProviders(config, deps);
  await built.close();
  const { defaults, model } = built.realtime ?? assert.fail('nothing was built');
  assert.deepEqual([model.name, model.isOpen], ['openai-realtime', false]);
  assert.deepEqual(defaults, {
    model: 'gpt-realtime-2.1',
    transcriptionModel: 'a-transcriber',
    voice: 'marin',
    turnDetection: { type: 'semantic_vad', eagerness: 'auto' },
    noiseReduction: 'near_field',
  });
});

test('names a retired model of OpenAI, and what takes its place', async () => {
  for (const [retired, successor] of [
    ['gpt-realtime', 'gpt-realtime-2.1'],
    ['gpt-4o-mini-realtime-preview-2024-12-17', 'gpt-realtime-2.1-mini'],
  ] as const) {
    assert.equal(
      await problemOf({ ...openAi, OPENAI_REALTIME_MODEL: retired }),
      `OPENAI_REALTIME_MODEL: the realtime model ${retired} is retired: use ${successor}`,
    );
  }
  // Newer than the list: OpenAI knows.
  await build({ ...openAi, OPENAI_REALTIME_MODEL: 'gpt-realtime-3' });
});

test('names the certificate of OpenAI that cannot be read', async () => {
  assert.equal(
    await problemOf({ ...openAi, OPENAI_CA_FILE: join(dir, 'away.pem') }),
    'OPENAI_CA_FILE: names a file that cannot be read',
  );
  // Without a key nobody asks for it.
  await build({ OPENAI_CA_FILE: join(dir, 'away.pem') });
});

test('speaks to the project that SIP calls are addressed to', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(
      request.url,
      request.headers.authorization,
      String(request.headers['openai-project']),
    );
    response.writeHead(200).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1/`;
  const config = { ...base, ...openAi, OPENAI_PROJECT_ID: 'proj_1', OPENAI_BASE_URL: baseUrl };
  const built = await buildProviders(loadConfig(config), deps);
  try {
    await built.realtime?.sipCalls.hangUp('rtc_1', AbortSignal.timeout(5000));
  } finally {
    await built.close();
    server.close();
  }
  assert.deepEqual(asked, ['/v1/realtime/calls/rtc_1/hangup', 'Bearer sk-a-key', 'proj_1']);
});
