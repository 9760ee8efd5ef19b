import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords, isMissed, verdictsOf } from './targets.ts';
import { loadFigures, sessionsOf } from './testing/load-rounds.ts';
import { memoryFigures } from './testing/memory-figures.ts';

test('what was not measured is neither met nor missed', () => {
  const verdicts = verdictsOf([], [], []);
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
  const words = verdictsOf([ours, relay], [], []).map(inWords);
  assert.ok(
    words.includes(
      "caller's words→model at 250 calls, p95: at most 20 ms – 25 (the bare relay: 18), missed by 5",
    ),
    words.join('\n'),
  );
});

test('a frame that comes twice, or an interruption that is not heeded, misses a target', () => {
  const [session] = sessionsOf(1, 3);
  const { findings, ...figures } = loadFigures('ours', 1);
  const judged = (different: Partial<typeof findings>, sessions = [session!]) =>
    verdictsOf(
      [
        loadFigures('ours', 1, { sessions }),
        { ...figures, findings: { ...findings, ...different } },
      ],
      [],
      [
        {
          ...{ bridge: 'ours', deltaMs: 100, allAtOnce: true, network: false },
          findings: { ...findings, ...different },
        },
      ],
    )
      .filter(isMissed)
      .map(({ name, value }) => `${name}: ${String(value)}`);
  assert.deepEqual(judged({}), []);
  assert.deepEqual(judged({ clearsMissing: 2 }), ['interruptions without a clear, all rounds: 2']);
  assert.deepEqual(judged({}, [{ ...session!, doubled: 3, outOfOrder: 1 }]), [
    'frames of callers out of order or twice, all rounds: 4',
  ]);
  assert.deepEqual(judged({ truncationsMissing: 1, truncationsRefused: 2 }), [
    'interruptions without a truncation, or with one that was refused, all rounds: 3',
  ]);
});

test('memory is judged by what each further call adds, and by what is in use for each', () => {
  const memory = [0, 25, 50, 100].map((calls) => memoryFigures('ours', calls, 256, 70));
  const values = verdictsOf([], memory, [])
    .filter(({ unit }) => unit === 'KB')
    .map((verdict) => ({ value: Math.round(verdict.value ?? 0), isMissed: isMissed(verdict) }));
  assert.deepEqual(values, [
    { value: 70, isMissed: false },
    { value: 256, isMissed: true },
  ]);
});
