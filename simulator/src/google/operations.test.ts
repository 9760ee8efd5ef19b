import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoogleError } from './google-error.ts';
import { Operations } from './operations.ts';
import type { TypedMessage } from './operations.ts';

const typed = (message: object): TypedMessage => ({ typeName: 'Any', message });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started(work: () => Promise<TypedMessage>, leastMs = 1_000) {
  const clock = { nowMs: 0 };
  const operations = new Operations(() => clock.nowMs);
  operations.start({
    name: 'one',
    leastMs,
    metadata: (progressPercent) => typed({ progressPercent }),
    work,
  });
  const progress = (): unknown =>
    (operations.get('one').metadata.message as { progressPercent: number }).progressPercent;
  return { clock, operations, progress };
}

describe('an operation', () => {
  it('makes progress and is over when its time is, not before', async () => {
    const { clock, operations, progress } = started(() => Promise.resolve(typed({ answer: 42 })));
    await settled();
    assert.equal(progress(), 0);
    clock.nowMs = 500;
    assert.equal(progress(), 50);
    assert.equal(operations.get('one').done, false);
    assert.equal(operations.get('one').response, undefined);
    clock.nowMs = 1_000;
    assert.equal(progress(), 100);
    assert.deepEqual(operations.get('one').response, typed({ answer: 42 }));
  });

  it('is not over while the work goes on', () => {
    const { clock, operations, progress } = started(() => new Promise(() => undefined));
    clock.nowMs = 60_000;
    assert.equal(operations.get('one').done, false);
    assert.equal(progress(), 99);
  });

  it('ends with an error when the work fails', async () => {
    const { operations } = started(
      () => Promise.reject(new GoogleError('NOT_FOUND', 'it is gone')),
      0,
    );
    await settled();
    const { done, error, response } = operations.get('one');
    assert.equal(done, true);
    assert.deepEqual(error, { code: 5, message: 'it is gone' });
    assert.equal(response, undefined);
  });

  it('is listed, and unknown ones are not found', () => {
    const { operations } = started(() => new Promise(() => undefined));
    assert.equal(operations.list('o').length, 1);
    assert.equal(operations.list('projects/').length, 0);
    assert.throws(() => operations.get('two'), /Operation not found/);
  });
});
