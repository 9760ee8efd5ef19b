import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageBudget } from './message-budget.ts';

test('lets a burst through and then as many as time brings', () => {
  const budget = new MessageBudget(0, { burst: 3, perSecond: 2 });
  assert.deepEqual(
    [0, 0, 0, 0, 400, 500, 500].map((nowMs) => budget.take(nowMs)),
    [true, true, true, false, false, true, false],
  );
});

test('saves no more than one burst', () => {
  const budget = new MessageBudget(0, { burst: 2, perSecond: 1 });
  assert.deepEqual(
    [0, 60_000, 60_000, 60_000].map((nowMs) => budget.take(nowMs)),
    [true, true, true, false],
  );
});
