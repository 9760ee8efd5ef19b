import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as network from '../audio/mulaw.ts';

/** The page's modules are plain JavaScript, which the compiler of the server does not read. */
interface JitterBuffer {
  push(samples: Float32Array): void;
  pull(output: Float32Array): void;
  clear(): void;
}
const load = async (file: string) => import(new URL(`page/${file}`, import.meta.url).href);
const { JitterBuffer } = (await load('jitter-buffer.js')) as {
  JitterBuffer: new (options: {
    sampleRateHz: number;
    prefillMs: number;
    limitMs: number;
  }) => JitterBuffer;
};
const { decodeMulaw } = (await load('mulaw.js')) as {
  decodeMulaw: (mulaw: Uint8Array) => Float32Array;
};

const open = () => new JitterBuffer({ sampleRateHz: 1000, prefillMs: 4, limitMs: 10 });
const pull = (buffer: JitterBuffer, length: number) => {
  const output = new Float32Array(length).fill(9);
  buffer.pull(output);
  return [...output];
};

test('the jitter buffer is silent until enough has arrived', () => {
  const buffer = open();
  buffer.push(Float32Array.of(1, 2, 3));
  assert.deepEqual(pull(buffer, 2), [0, 0]);
  buffer.push(Float32Array.of(4));
  assert.deepEqual(pull(buffer, 3), [1, 2, 3]);
});

test('the jitter buffer fills again after it ran empty', () => {
  const buffer = open();
  buffer.push(Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(pull(buffer, 6), [1, 2, 3, 4, 0, 0]);
  buffer.push(Float32Array.of(5));
  assert.deepEqual(pull(buffer, 1), [0]);
});

test('the jitter buffer drops the oldest audio rather than lag', () => {
  const buffer = open();
  for (let i = 1; i <= 6; i += 1) buffer.push(Float32Array.of(i, i));
  assert.deepEqual(pull(buffer, 4), [5, 5, 6, 6]);
});

test('the jitter buffer forgets what was cleared', () => {
  const buffer = open();
  buffer.push(Float32Array.of(1, 2, 3, 4));
  buffer.clear();
  assert.deepEqual(pull(buffer, 2), [0, 0]);
});

test('the page decodes µ-law as the network does', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const expected = [...network.decodeMulaw(all)].map((sample) => sample / 32768);
  assert.deepEqual(
    [...decodeMulaw(all)].map((sample) => sample + 0),
    expected,
  );
});
