import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SILENT_FRAME } from '../telephone-network/line-audio.ts';
import { tone } from '../telephone-network/tones.ts';
import { defaultDetectionOptions, MachineDetector } from './answering-machine.ts';

const loud = tone([400], 20);

/** Alternates speech and silence, ms each, beginning with speech. */
function decide(mode: 'Enable' | 'DetectMessageEnd', ...durationsMs: readonly number[]) {
  const detector = new MachineDetector({ ...defaultDetectionOptions, mode });
  for (const [index, ms] of durationsMs.entries())
    for (let passed = 0; passed < ms; passed += 20) {
      const answeredBy = detector.frame(index % 2 === 0 ? loud : SILENT_FRAME);
      if (answeredBy) return { answeredBy, afterMs: detector.elapsedMs };
    }
  return undefined;
}

test('a short greeting with silence behind it is a human', () =>
  assert.deepEqual(decide('Enable', 800, 2000), { answeredBy: 'human', afterMs: 2000 }));

test('a long greeting is a machine, as soon as it is long', () =>
  assert.deepEqual(decide('Enable', 5000), { answeredBy: 'machine_start', afterMs: 2400 }));

test('a pause inside a greeting does not end it', () =>
  assert.equal(decide('Enable', 1000, 600, 1000, 600, 1000)?.answeredBy, 'machine_start'));

test('DetectMessageEnd waits for the end of the greeting', () =>
  assert.deepEqual(decide('DetectMessageEnd', 5000, 2000), {
    answeredBy: 'machine_end_silence',
    afterMs: 6200,
  }));

test('silence alone tells nothing', () =>
  assert.deepEqual(decide('Enable', 0, 6000), { answeredBy: 'unknown', afterMs: 5000 }));

test('stops at the timeout', () =>
  assert.deepEqual(decide('DetectMessageEnd', 60_000), {
    answeredBy: 'machine_start',
    afterMs: 30_000,
  }));
