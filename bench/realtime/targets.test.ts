import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords, isMissed, verdictsOf } from './targets.ts';

test('what was not measured is neither met nor missed', () => {
  const verdicts = verdictsOf([], []);
  assert.ok(verdicts.length > 0);
  assert.equal(verdicts.some(isMissed), false);
  for (const verdict of verdicts) assert.match(inWords(verdict), /not measured$/);
});

test('says by how much a target is missed', () => {
  const verdict = { name: 'delay', value: 22.5, limit: 20, unit: 'ms' };
  assert.equal(inWords(verdict), 'delay: at most 20 ms – 22.50, missed by 2.50');
  assert.equal(inWords({ ...verdict, value: 20 }), 'delay: at most 20 ms – 20, met');
});
