import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTurnOptions, turnOptions } from './options.ts';

test('settings take the place of some fields and leave the others as they are', () => {
  const options = turnOptions('en-US', { silence: { idleAfterMs: 5000 }, endOfTurn: {} });
  assert.equal(options.language, 'en-US');
  assert.equal(options.silence.idleAfterMs, 5000);
  assert.equal(options.silence.maxPrompts, defaultTurnOptions.silence.maxPrompts);
  assert.deepEqual(options.endOfTurn, defaultTurnOptions.endOfTurn);
});
