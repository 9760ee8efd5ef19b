import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestConversationMs } from '../domain/housekeeping.ts';
import { ConfigError, loadConfig, loadProcessConfig } from './config.ts';

const valid = {
  PUBLIC_URL: 'https://voice.example.com/',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'auth-token',
};

function problemsOf(environment: Record<string, string | undefined>): ConfigError {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  return assert.fail('the configuration was accepted');
}

test('fills in the documented defaults', () => {
  const config = loadConfig(valid);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 8100);
  assert.equal(config.publicUrl, 'https://voice.example.com');
  assert.deepEqual(config.limits, {
    maxCalls: 200,
    callLimitMs: 1_800_000,
    maxUnauthenticatedSockets: 32,
    startTimeoutMs: 5000,
    sessionTtlMs: 30_000,
    outboundSessionTtlMs: 900_000,
    drainTimeoutMs: 600_000,
  });
  assert.equal(config.webhookAllowHttpLoopback, false);
  assert.equal('bootstrapApiKey' in config, false);
});

test('lets no conversation last longer than housekeeping knows of', () => {
  const withLimit = (ms: number) => ({ ...valid, CALL_LIMIT_MS: String(ms) });
  const { limits } = loadConfig(withLimit(longestConversationMs));
  assert.equal(limits.callLimitMs, longestConversationMs);
  const error = problemsOf(withLimit(longestConversationMs + 1));
  assert.deepEqual([...error.variables], ['CALL_LIMIT_MS']);
});

test('takes the secrets out of the environment', (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env = {
    ...valid,
    GOOGLE_API_KEY: 'google-key',
    GEMINI_API_KEY: 'gemini-key',
    PORT: '8101',
  };
  const config = loadProcessConfig();
  assert.equal(config.google?.apiKey, 'google-key');
  const left = Object.keys(process.env).sort();
  assert.deepEqual(left, ['PORT', 'PUBLIC_URL', 'TWILIO_ACCOUNT_SID']);
});

test('names every bad variable at once', () => {
  const error = problemsOf({ ...valid, PORT: 'eighty', MAX_CALLS: '0', PUBLIC_URL: undefined });
  assert.deepEqual([...error.variables].sort(), ['MAX_CALLS', 'PORT', 'PUBLIC_URL']);
  assert.match(error.message, /PUBLIC_URL: is required/);
});

test('never prints a value', () => {
  const error = problemsOf({
    ...valid,
    BOOTSTRAP_API_KEY: 'short-secret',
    ENCRYPTION_KEY: 'c2hvcnQ=',
    DATABASE_URL: 'mysql://user:hunter2@db',
    TWILIO_ACCOUNT_SID: 'SECRETSID',
  });
  assert.deepEqual([...error.variables].sort(), [
    'BOOTSTRAP_API_KEY',
    'DATABASE_URL',
    'ENCRYPTION_KEY',
    'TWILIO_ACCOUNT_SID',
  ]);
  assert.doesNotMatch(error.message, /short-secret|c2hvcnQ=|hunter2|SECRETSID/);
});

test('refuses a public URL that has a path, a query or another protocol', () => {
  for (const url of [
    'https://a.example/voice',
    'https://a.example/?x=1',
    'ftp://a.example',
    // No media stream could be opened there.
    'http://a.example',
  ]) {
    assert.deepEqual([...problemsOf({ ...valid, PUBLIC_URL: url }).variables], ['PUBLIC_URL'], url);
  }
});

test('treats an empty variable as absent', () => {
  assert.equal('url' in loadConfig({ ...valid, DATABASE_URL: '' }).database, false);
});

test('cannot be changed', () => {
  const config = loadConfig(valid);
  assert.throws(() => {
    (config.limits as { maxCalls: number }).maxCalls = 1;
  }, TypeError);
});

test('takes proxies by address and network, and refuses anything else', () => {
  for (const proxies of ['loopback', '10.0.0.0/8, ::1', '2001:db8::/32', '192.168.1.1,loopback']) {
    assert.equal(loadConfig({ ...valid, TRUST_PROXY: proxies }).trustProxy, proxies);
  }
  for (const proxies of ['everybody', '10.0.0.0/33', '10.0.0.0/', 'loopback,', '10.0.0.0/8/8']) {
    const error = problemsOf({ ...valid, TRUST_PROXY: proxies });
    assert.deepEqual([...error.variables], ['TRUST_PROXY'], proxies);
  }
});
