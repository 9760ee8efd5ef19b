import type { Clock } from './clock.ts';

/**
 * What comes of some work, or something else when that takes too long: the work goes on, and nobody
 * hears of its end any more.
 */
export async function within<T, const L>(
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
  work: Promise<T>,
  late: L,
): Promise<T | L> {
  const { promise: tooLate, resolve } = Promise.withResolvers<L>();
  const timer = clock.schedule(ms, () => resolve(late));
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.cancel();
  }
}
