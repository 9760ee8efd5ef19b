import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpeechStarts } from './speech-starts.ts';

/** Speech is noticed 60 ms after it began, and its end at once. */
function listen(speeches: readonly (readonly [number, number])[], untilMs: number): SpeechStarts {
  let atMs = 0;
  const starts = new SpeechStarts({
    process() {
      const noticed = speeches.find(([startMs]) => startMs + 40 === atMs);
      const ended = speeches.find(([, endMs]) => endMs === atMs);
      atMs += 20;
      if (noticed) return { type: 'speech-started', atMs: noticed[0] };
      return ended && { type: 'speech-ended', atMs: ended[1] };
    },
    close() {},
  });
  for (let frameMs = 0; frameMs < untilMs; frameMs += 20) starts.hear(new Uint8Array(160), frameMs);
  return starts;
}

test('words begin where their speech began', () => {
  assert.equal(listen([[400, 1000]], 2000).take(0, 980), 400);
});

test('an utterance may have short pauses', () => {
  const speeches = [
    [400, 1000],
    [1800, 2400],
    [3000, 4000],
  ] as const;
  assert.equal(listen(speeches, 5000).take(0, 3980), 400);
});

test('noise long before is no part of it', () => {
  const speeches = [
    [400, 1000],
    [8000, 9000],
  ] as const;
  assert.equal(listen(speeches, 10_000).take(0, 8980), 8000);
});

test('what goes on without a pause begins where the words before it end', () => {
  const starts = listen([[400, 5000]], 6000);
  assert.deepEqual([starts.take(0, 2000), starts.take(2000, 4900)], [400, 2000]);
});

test('words of which no voice was noticed have no length', () => {
  assert.equal(listen([], 2000).take(500, 1500), 1500);
});
