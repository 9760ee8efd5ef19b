import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords, isMissed, verdictsOf } from './targets.ts';
import { loadFigures, MB, sessionsOf } from './testing/load-rounds.ts';

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

test('says beside a delay what the bare relay has at the same number of calls', () => {
  const ours = loadFigures('ours', 250, { sessions: sessionsOf(250, 25) });
  const relay = loadFigures('relay', 250, { sessions: sessionsOf(250, 18) });
  const words = verdictsOf([ours, relay], []).map(inWords);
  assert.ok(
    words.includes(
      "caller's words→model at 250 calls, p95: at most 20 ms – 25 (the bare relay: 18), missed by 5",
    ),
    words.join('\n'),
  );
});

test('memory is judged by what each further call adds', () => {
  const load = [25, 50, 100].map((calls) => {
    const residentBytes = 200 * MB + calls * 0.25 * MB;
    return loadFigures('ours', calls, { memoryDuring: { residentBytes, liveBytes: 10 * MB } });
  });
  const verdict = verdictsOf(load, []).find(({ name }) => name.startsWith('resident memory'));
  assert.equal(Math.round(verdict?.value ?? 0), 256);
  assert.equal(verdict && isMissed(verdict), true);
});
