import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../errors.ts';
import { ClientPool } from './client-pool.ts';
import { googleClientOptions } from './connection.ts';
import { googleError } from './errors.ts';

describe("Google's errors", () => {
  const thrown = (code: number, details = '', more: object = {}) =>
    googleError('p', Object.assign(new Error(`${code} ${details}`), { code, details, ...more }));

  it('become ours, by their status', () => {
    for (const [status, code, retryable] of [
      [1, 'cancelled', false],
      [3, 'invalid-request', false],
      [4, 'timeout', true],
      [5, 'not-found', false],
      [7, 'permission-denied', false],
      [8, 'rate-limited', true],
      [10, 'unavailable', true],
      [11, 'stream-limit', true],
      [13, 'unavailable', true],
      [14, 'unavailable', true],
      [16, 'unauthenticated', false],
    ] as const) {
      const error = thrown(status);
      assert.deepEqual([error.code, error.retryable], [code, retryable]);
    }
  });

  it('are unknown, and final, without a status', () => {
    for (const error of [new Error('?'), 'text', undefined, null, { code: 'ENOENT' }]) {
      const mapped = googleError('p', error);
      assert.deepEqual([mapped.code, mapped.retryable], ['unknown', false]);
    }
  });

  it('tell a wrong key and an empty quota from what looks like them', () => {
    assert.equal(
      thrown(3, 'API key not valid. Please pass a valid API key.').code,
      'unauthenticated',
    );
    const empty = thrown(8, 'Quota exceeded for quota metric requests per day');
    assert.deepEqual([empty.code, empty.retryable], ['quota-exhausted', false]);
    assert.equal(thrown(8, 'Quota exceeded: requests per minute').code, 'rate-limited');
  });

  it('say how long to wait, if Google says so', () => {
    const statusDetails = [{ reason: 'x' }, { retryDelay: { seconds: '2', nanos: 500_000_000 } }];
    assert.equal(thrown(8, '', { statusDetails }).retryAfterMs, 2500);
    assert.equal(thrown(8).retryAfterMs, undefined);
  });

  it('are mapped once: ours stay as they are, the original is the cause', () => {
    const ours = new ProviderError('p', 'blocked', 'no', { retryable: false });
    assert.equal(googleError('q', ours), ours);
    assert.ok(thrown(14, 'x').cause instanceof Error);
    assert.ok(thrown(3, 'x'.repeat(5000)).message.length < 400);
  });
});

describe('a pool of clients', () => {
  it('opens another connection when the streams of one are used up', async () => {
    const disposed: number[] = [];
    let made = 0;
    const pool = new ClientPool(
      () => (made += 1),
      async (client) => void disposed.push(client),
      2,
    );
    const [a, b, c] = [pool.lease(), pool.lease(), pool.lease()];
    assert.deepEqual([a.client, b.client, c.client], [1, 1, 2]);
    a.release();
    a.release();
    assert.deepEqual([pool.lease().client, pool.lease().client, pool.size], [1, 2, 2]);
    await pool.close();
    assert.deepEqual(disposed, [1, 2]);
  });
});

describe('a connection to Google', () => {
  const service = { host: 'speech.googleapis.com' };
  const credentials = { apiKey: 'k' };

  it("goes to Google's own host, or to the one it was told", () => {
    const own = googleClientOptions({ credentials }, service);
    assert.deepEqual([own.apiEndpoint, own.port], ['speech.googleapis.com', 443]);
    const told = googleClientOptions({ credentials, endpoint: 'localhost:8201' }, service);
    assert.deepEqual([told.apiEndpoint, told.port], ['localhost', 8201]);
    const regional = googleClientOptions(
      { credentials, endpoint: 'us-speech.googleapis.com' },
      service,
    );
    assert.deepEqual([regional.apiEndpoint, regional.port], ['us-speech.googleapis.com', 443]);
  });

  it('needs an endpoint that is one', () => {
    for (const endpoint of ['', 'https://a.example', 'a:b', 'a.example:1/x', 'a b']) {
      assert.throws(() => googleClientOptions({ credentials, endpoint }, service), RangeError);
    }
  });
});
