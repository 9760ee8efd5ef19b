import type { Clock } from '../kernel/clock.ts';

/** The wall clock at a moment of the monotonic one, in whole ms; now without a moment. */
export function wallClockAt(clock: Clock, monotonicMs: number | undefined): number {
  const nowMs = clock.monotonicMs();
  return Math.round(clock.nowMs() - (nowMs - (monotonicMs ?? nowMs)));
}
