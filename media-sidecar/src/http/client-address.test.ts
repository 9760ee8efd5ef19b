import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { TrustedProxies } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  }) as unknown as IncomingMessage;

test('believes nobody but a trusted proxy', () => {
  const proxies = new TrustedProxies('loopback, 10.0.0.0/8');
  const cases: [string, string | undefined, string][] = [
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::1', 'forged, 1.2.3.4, 10.0.0.7', '1.2.3.4'],
    ['::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
  ];
  for (const [remote, forwarded, expected] of cases) {
    assert.equal(proxies.clientOf(request(remote, forwarded)), expected);
  }
});

test('refuses what is no address', () => {
  assert.throws(() => new TrustedProxies('everybody'), RangeError);
});
