import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createFaults, defaultFaultSettings } from './faults.ts';

describe('faults', () => {
  it('change what is named and leave the rest', () => {
    const faults = createFaults({ gemini: { firstTokenDelayMs: 5 } });
    faults.set({ speech: { streamLimitMs: 1_000 } });
    assert.equal(faults.current.speech.streamLimitMs, 1_000);
    assert.equal(faults.current.speech.audioTimeoutMs, 10_000);
    assert.equal(faults.current.gemini.firstTokenDelayMs, 5);
  });

  it('go back to what they began with', () => {
    const faults = createFaults({ gemini: { firstTokenDelayMs: 5 } });
    faults.set({ gemini: { firstTokenDelayMs: 9, stallMs: 3 } });
    faults.reset();
    assert.deepEqual(faults.current.gemini, {
      ...defaultFaultSettings.gemini,
      firstTokenDelayMs: 5,
    });
  });

  it('fail as many requests as was asked for', () => {
    const faults = createFaults();
    assert.equal(faults.takeFailure('speech'), null);
    faults.set({ speech: { failNext: { code: 14, count: 2 } } });
    assert.equal(faults.takeFailure('speech')?.code, 14);
    assert.equal(faults.takeFailure('speech')?.code, 14);
    assert.equal(faults.takeFailure('speech'), null);
    assert.equal(defaultFaultSettings.speech.failNext, null);
  });

  it('refuse what they do not know or what cannot be, and change nothing', () => {
    const faults = createFaults();
    const before = structuredClone(faults.current);
    const wrong: unknown[] = [
      { speach: {} },
      { speech: { streamLimit: 1 } },
      { speech: { stallMs: -1 } },
      { speech: { failNext: { code: 0, count: 1 } } },
      { speech: { finalDelayMinMs: 700 } },
      { gemini: { failNext: { status: 418, count: 1 } } },
      { gemini: { stallMs: 5, breakStreamWith: 'magic' } },
      { gemini: { thoughtTokens: -1 } },
      { gemini: { thoughtTokens: 0.5 } },
    ];
    for (const changes of wrong) assert.throws(() => faults.set(changes as never), z.ZodError);
    assert.deepEqual(faults.current, before);
  });
});
