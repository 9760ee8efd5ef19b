import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealer, newWebhookSecret } from './sealer.ts';

const sealer = new Sealer(Buffer.alloc(32, 1));

test('opens what it sealed', () => {
  const secret = newWebhookSecret();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(sealer.open(sealer.seal(secret, 'row'), 'row'), secret);
});

test('seals the same secret differently each time, and never in plain sight', () => {
  const [one, other] = [sealer.seal('whsec_abc', 'row'), sealer.seal('whsec_abc', 'row')];
  assert.notDeepEqual(one, other);
  assert.equal(one.includes('whsec_abc'), false);
});

test('does not open with another key, for another row, or after a change', () => {
  const sealed = sealer.seal('whsec_abc', 'row');
  assert.throws(() => new Sealer(Buffer.alloc(32, 2)).open(sealed, 'row'));
  assert.throws(() => sealer.open(sealed, 'other'));
  for (const position of [0, 12, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[position] = (changed[position] ?? 0) ^ 1;
    assert.throws(() => sealer.open(changed, 'row'));
  }
  assert.throws(() => sealer.open(Buffer.alloc(3), 'row'));
});

test('refuses a key of another length', () => {
  assert.throws(() => new Sealer(Buffer.alloc(16)), RangeError);
});
