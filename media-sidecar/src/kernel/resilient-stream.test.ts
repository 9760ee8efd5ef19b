import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError, type ProviderErrorCode } from './errors.ts';
import { firstThatAnswers, StreamGuard, type ResilienceOptions } from './resilient-stream.ts';

const failure = (code: ProviderErrorCode, retryable: boolean, retryAfterMs?: number) =>
  new ProviderError('p', code, 'failed', {
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

type Answer = readonly (number | Error)[];

/** A provider whose streams yield and throw what they are told, one list per request. */
function provider(...answers: readonly Answer[]) {
  const left = [...answers];
  const counts = { requests: 0, ended: 0 };
  async function* open() {
    counts.requests += 1;
    try {
      for (const step of left.shift() ?? []) {
        if (step instanceof Error) throw step;
        yield step;
      }
    } finally {
      counts.ended += 1;
    }
  }
  return { open, counts };
}

async function collect(stream: AsyncIterable<number>): Promise<number[]> {
  const values: number[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

const never = new AbortController().signal;
const guard = (options: Partial<ResilienceOptions> = {}) =>
  new StreamGuard('p', { firstRetryMs: 1, ...options });

describe('a guarded stream', () => {
  it('is asked for again when nothing came out of it and it may pass', async () => {
    const { open, counts } = provider([failure('unavailable', true)], [1, 2]);
    assert.deepEqual(await collect(guard().stream(open, never)), [1, 2]);
    assert.equal(counts.requests, 2);
  });

  it('is not asked for again once something came out of it', async () => {
    const { open, counts } = provider([1, failure('unavailable', true)], [1, 2]);
    const values: number[] = [];
    await assert.rejects(async () => {
      for await (const value of guard().stream(open, never)) values.push(value);
    }, /failed/);
    assert.deepEqual(values, [1]);
    assert.equal(counts.requests, 1);
  });

  it('is not asked for again when it cannot pass, or only after too long', async () => {
    for (const error of [failure('invalid-request', false), failure('rate-limited', true, 3000)]) {
      const { open, counts } = provider([error], [1]);
      await assert.rejects(collect(guard().stream(open, never)), error);
      assert.equal(counts.requests, 1);
    }
  });

  it('fails with the last error after the last try', async () => {
    const { open, counts } = provider(
      [failure('unavailable', true)],
      [failure('timeout', true)],
      [1],
    );
    await assert.rejects(collect(guard({ maxRetries: 1 }).stream(open, never)), {
      code: 'timeout',
    });
    assert.equal(counts.requests, 2);
  });

  it('is refused for a while after failures in a row, then tried once', async (context) => {
    context.mock.timers.enable({ apis: ['Date'] });
    const down = Array.from({ length: 3 }, (): Answer => [failure('unavailable', true)]);
    const { open, counts } = provider(...down, [7]);
    const one = guard({ maxRetries: 0, breakAfterFailures: 3, halfOpenAfterMs: 10_000 });
    for (let i = 0; i < 3; i += 1) await assert.rejects(collect(one.stream(open, never)));
    assert.equal(one.isOpen, true);
    await assert.rejects(collect(one.stream(open, never)), {
      code: 'unavailable',
      retryable: false,
    });
    assert.equal(counts.requests, 3);
    context.mock.timers.tick(10_001);
    assert.deepEqual(await collect(one.stream(open, never)), [7]);
    assert.equal(one.isOpen, false);
  });

  it('is not refused because of bad requests of ours', async () => {
    const bad = Array.from({ length: 9 }, (): Answer => [failure('invalid-request', false)]);
    const { open } = provider(...bad, [1]);
    const one = guard({ maxRetries: 0, breakAfterFailures: 3 });
    for (let i = 0; i < bad.length; i += 1) await assert.rejects(collect(one.stream(open, never)));
    assert.deepEqual(await collect(one.stream(open, never)), [1]);
  });

  it('ends the request when its consumer stops early, and just ends at an abort', async () => {
    const { open, counts } = provider([1, 2, 3]);
    for await (const value of guard().stream(open, never)) if (value === 1) break;
    assert.equal(counts.ended, 1);
    assert.deepEqual(await collect(guard().stream(open, AbortSignal.abort())), []);
    assert.equal(counts.requests, 1);
  });

  it('just ends when it is aborted between two tries', async () => {
    const abort = new AbortController();
    const { open } = provider([failure('unavailable', true)], [failure('unavailable', true)]);
    const failing = async function* () {
      abort.abort();
      yield* open();
    };
    assert.deepEqual(await collect(guard().stream(failing, abort.signal)), []);
  });

  it('may be empty', async () => {
    assert.deepEqual(await collect(guard().stream(provider([]).open, never)), []);
  });
});

describe('the first source that answers', () => {
  it('is the next one when one fails before it has yielded anything', async () => {
    const told: number[] = [];
    const sources = [
      provider([failure('unavailable', true)]).open,
      provider([failure('invalid-request', false)]).open,
      provider([5]).open,
    ];
    const values = await collect(firstThatAnswers(sources, never, (_, next) => told.push(next)));
    assert.deepEqual(values, [5]);
    assert.deepEqual(told, [1, 2]);
  });

  it('is not left for a failure after it has begun', async () => {
    const second = provider([5]);
    const sources = [provider([1, failure('unavailable', true)]).open, second.open];
    await assert.rejects(collect(firstThatAnswers(sources, never, () => assert.fail())));
    assert.equal(second.counts.requests, 0);
  });

  it('fails as the last one fails', async () => {
    const sources = [
      provider([failure('unavailable', true)]).open,
      provider([failure('timeout', true)]).open,
    ];
    const asking = collect(firstThatAnswers(sources, never, () => undefined));
    await assert.rejects(asking, { code: 'timeout' });
  });

  it('is not looked for after an abort', async () => {
    const abort = new AbortController();
    const failing = async function* (): AsyncGenerator<number> {
      abort.abort();
      yield* provider([failure('cancelled', false)]).open();
    };
    const sources = [failing, () => assert.fail('was asked after the abort')];
    assert.deepEqual(await collect(firstThatAnswers(sources, abort.signal, () => undefined)), []);
  });
});
