import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { test } from 'node:test';
import { AddressRefused, guardedLookup, isAllowed, urlProblem } from './address-guard.ts';

const strict = { allowLoopback: false };
const local = { allowLoopback: true };

test('lets public addresses through', () => {
  for (const address of ['8.8.8.8', '190.98.1.1', '2606:4700::1111', '2800:3f0::1']) {
    assert.equal(isAllowed(address, strict), true, address);
  }
});

test('refuses every address that is not of the public internet', () => {
  const addresses = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001::1',
    'not-an-address',
  ];
  for (const address of addresses) assert.equal(isAllowed(address, strict), false, address);
});

test('lets loopback through only where it is allowed', () => {
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) {
    assert.equal(isAllowed(address, local), true, address);
  }
  assert.equal(isAllowed('10.0.0.1', local), false);
});

test('wants https and a public host of a URL', () => {
  assert.equal(urlProblem('https://n8n.example.com/webhook/1', strict), undefined);
  for (const url of [
    'http://n8n.example.com/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://10.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://user:pass@example.com/',
    'ftp://example.com/',
    'https://[::ffff:10.0.0.1]/',
    'nonsense',
    '',
  ]) {
    assert.notEqual(urlProblem(url, strict), undefined, url);
  }
});

test('takes http to this machine, and nowhere else, where that is allowed', () => {
  assert.equal(urlProblem('http://127.0.0.1:5678/webhook', local), undefined);
  assert.equal(urlProblem('http://localhost:5678/webhook', local), undefined);
  assert.notEqual(urlProblem('http://10.0.0.1/webhook', local), undefined);
  assert.notEqual(urlProblem('http://example.com/webhook', local), undefined);
});

const resolvesTo = (...addresses: string[]) =>
  ((_host: string, _options: unknown, callback: (...found: unknown[]) => void) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;

test('refuses a name that leads to a private address', () => {
  guardedLookup(strict, resolvesTo('10.0.0.1', '127.0.0.1'))('rebind.example', {}, (error) => {
    assert.ok(error instanceof AddressRefused);
  });
});

test('uses only the public addresses of a name that has both kinds', () => {
  const lookedUp = guardedLookup(strict, resolvesTo('10.0.0.1', '8.8.8.8'));
  lookedUp('mixed.example', { all: true }, (error, addresses) => {
    assert.equal(error, null);
    assert.deepEqual(addresses, [{ address: '8.8.8.8', family: 4 }]);
  });
  lookedUp('mixed.example', {}, (_error, address) => assert.equal(address, '8.8.8.8'));
});
