import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTurnOptions, turnOptions, turnSettingsSchema } from './options.ts';

test('a tenant sets some fields and gets the defaults for the others', () => {
  const settings = turnSettingsSchema.parse({ silence: { idleAfterMs: 5000 }, endOfTurn: {} });
  const options = turnOptions('en-US', settings);
  assert.equal(options.language, 'en-US');
  assert.equal(options.silence.idleAfterMs, 5000);
  assert.equal(options.silence.maxPrompts, defaultTurnOptions.silence.maxPrompts);
  assert.deepEqual(options.endOfTurn, defaultTurnOptions.endOfTurn);
});

test('a field that is there but undefined does not hide its default', () => {
  const options = turnOptions('es-CL', { endOfTurn: { minDelayMs: undefined } });
  assert.equal(options.endOfTurn.minDelayMs, 500);
});

test('what is out of range, unknown or of another type is refused', () => {
  for (const bad of [
    { endOfTurn: { minDelayMs: 0 } },
    { endOfTurn: { maxDelayMs: 60_000 } },
    { endOfTurn: { minDelayMs: 500.5 } },
    { interruption: { minWords: 0 } },
    { interruption: { backchannels: [''] } },
    { filler: { afterMs: '900' } },
    { limits: { maxCallMs: 1000 } },
    { limits: { maxFailedAnswers: 9 } },
    { preemptive: { enabled: false } },
    'fast',
  ]) {
    assert.equal(turnSettingsSchema.safeParse(bad).success, false, JSON.stringify(bad));
  }
});
