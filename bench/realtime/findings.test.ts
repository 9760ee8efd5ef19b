import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from './findings.ts';
import type { ModelReport, PhoneReport } from './reports.ts';

const phone: PhoneReport = {
  phone: 4,
  sentAtMs: Float64Array.of(100, 120, 140),
  spoken: Uint8Array.of(0, 1, 1),
  chunks: Float64Array.of(0, 0, 1600, 205),
  clearsAtMs: [1012],
  interruptions: [{ atMs: 950, item: 0 }],
  heardBytes: [[0, 800]],
  misplacedBytes: 0,
  failures: [],
};
const session: ModelReport = {
  phone: 4,
  receivedAtMs: Float64Array.of(Number.NaN, 123, 145),
  outOfOrder: 0,
  doubled: 0,
  deltas: Float64Array.of(0, 0, 200, 0, 800, 201, 0, 1600, 202),
  speechStartedAtMs: [1000],
  truncations: [{ item: 0, audioEndMs: 110, refused: false }],
  answers: 1,
  errors: [],
};
const window = { fromMs: 0, toMs: 10_000 };

test('a frame that never came is lost, the others took their time', () => {
  const { framesSent, framesLost, upMs } = findingsOf([phone], [session], window);
  assert.equal(framesSent, 3);
  assert.equal(framesLost, 1);
  assert.deepEqual(upMs, [3, 5]);
});

test('frames in which nothing sounds are told apart', () => {
  const listens = { ...phone, spoken: Uint8Array.of(1, 0, 1) };
  const { upMs, quietUpMs } = findingsOf([listens], [session], window);
  assert.deepEqual([upMs, quietUpMs], [[5], [3]]);
});

test('a piece of audio has come with the message that holds its first byte', () => {
  assert.deepEqual(findingsOf([phone], [session], window).downMs, [5, 4]);
});

test('a clear is told from the moment at which the model noticed speech', () => {
  const { clearMs, clearsMissing } = findingsOf([phone], [session], window);
  assert.deepEqual(clearMs, [12]);
  assert.equal(clearsMissing, 0);
});

test('a truncation is held against what the phone has played', () => {
  const found = findingsOf([phone], [session], window);
  assert.deepEqual(found.truncationErrorsMs, [10]);
  assert.equal(found.truncationsMissing, 0);
});

test('an interruption without clear and truncation is missing in both', () => {
  const deaf = { ...phone, clearsAtMs: [] };
  const found = findingsOf([deaf], [{ ...session, truncations: [] }], window);
  assert.equal(found.clearsMissing, 1);
  assert.equal(found.truncationsMissing, 1);
});

test('a refused truncation is none', () => {
  const refused = { item: 0, audioEndMs: 99_999, refused: true };
  const found = findingsOf([phone], [{ ...session, truncations: [refused] }], window);
  assert.equal(found.truncationsRefused, 1);
  assert.equal(found.truncationsMissing, 1);
  assert.deepEqual(found.truncationErrorsMs, []);
});

test('a call that never reached the model has lost all of its frames', () => {
  assert.equal(findingsOf([phone], [], window).framesLost, 3);
});
