import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamTimes } from './stream-times.ts';

const write = (times: StreamTimes, fromMs: number, untilMs: number): void => {
  for (let atMs = fromMs; atMs < untilMs; atMs += 20) times.wrote(atMs, 20);
};

test('a recognition that begins with the stream has its times', () => {
  const times = new StreamTimes();
  write(times, 0, 1000);
  assert.deepEqual([times.streamMs(0), times.streamMs(640), times.audioMs], [0, 640, 1000]);
});

test('a recognition that begins later counts from where it began', () => {
  const times = new StreamTimes();
  write(times, 5000, 6000);
  assert.equal(times.streamMs(400), 5400);
});

test('a pause in the stream moves what is behind it, and nothing before it', () => {
  const times = new StreamTimes();
  write(times, 0, 1000);
  write(times, 8000, 9000);
  assert.equal(times.streamMs(990), 990);
  assert.equal(times.streamMs(1000), 1000, 'a word that ends with the pause is before it');
  assert.equal(times.streamMs(1500), 8500);
});

test('what is behind can be forgotten', () => {
  const times = new StreamTimes();
  write(times, 0, 1000);
  write(times, 8000, 9000);
  write(times, 20_000, 21_000);
  times.forgetBefore(1500);
  assert.deepEqual([times.streamMs(1600), times.streamMs(2500)], [8600, 20_500]);
});

test('a recognition that is opened again begins anew', () => {
  const times = new StreamTimes();
  write(times, 0, 1000);
  times.restart();
  write(times, 600, 1000);
  assert.deepEqual([times.audioMs, times.streamMs(100)], [400, 700]);
});
