import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DelayLine } from './delay-line.ts';

test('delivers at once without a delay', () => {
  const delivered: string[] = [];
  const line = new DelayLine<string>(
    { delayMs: 0, jitterMs: 0 },
    () => 0.5,
    (m) => delivered.push(m),
  );
  line.send('a', 0);
  assert.deepEqual(delivered, ['a']);
});

test('delivers after its delay, and nothing overtakes', () => {
  const delivered: string[] = [];
  const jitter = [1, 0];
  const line = new DelayLine<string>(
    { delayMs: 40, jitterMs: 20 },
    () => jitter.shift() ?? 0,
    (m) => delivered.push(m),
  );
  line.send('late', 0);
  line.send('quick', 1);
  line.tick(59);
  assert.deepEqual(delivered, []);
  line.tick(60);
  assert.deepEqual(delivered, ['late', 'quick']);
});
