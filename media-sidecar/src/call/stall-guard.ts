import type { Clock } from '../kernel/clock.ts';
import { ProviderError } from '../kernel/errors.ts';

export interface StallLimits {
  readonly provider: string;
  /** Longest wait for the first element, in ms. */
  readonly firstMs: number;
  /** Longest wait between two elements, in ms. */
  readonly nextMs: number;
}

/**
 * Reads a provider's stream and gives it up when it stands still: a caller cannot wait for a
 * socket that is half open.
 * @throws ProviderError `timeout`, retryable; and what the source throws. Ends on abort.
 */
export async function* guarded<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  clock: Clock,
  limits: StallLimits,
): AsyncGenerator<T> {
  const ours = new AbortController();
  const iterator = open(AbortSignal.any([signal, ours.signal]))[Symbol.asyncIterator]();
  let waitMs = limits.firstMs;
  let ended = false;
  try {
    for (;;) {
      const next = await settleWithin(iterator.next(), waitMs, clock, signal);
      if (next === 'late') {
        throw new ProviderError(limits.provider, 'timeout', 'no data in time', { retryable: true });
      }
      if (next === 'aborted') return;
      if (next.done) {
        ended = true;
        return;
      }
      waitMs = limits.nextMs;
      yield next.value;
    }
  } finally {
    ours.abort();
    // Not awaited: a source that hangs would hang its reader too. Its late failure is moot.
    if (!ended) iterator.return?.().catch(() => undefined);
  }
}

function settleWithin<T>(
  task: Promise<T>,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | 'late' | 'aborted'> {
  return new Promise((resolve, reject) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      done();
      resolve('aborted');
    };
    const timer = clock.schedule(waitMs, () => {
      done();
      resolve('late');
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    task.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        if (signal.aborted) resolve('aborted');
        else reject(error);
      },
    );
  });
}
