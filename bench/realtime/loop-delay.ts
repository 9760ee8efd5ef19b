import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long what was due in an event loop had to wait, in ms. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Of a histogram of Node's, in ns. */
export interface Intervals {
  readonly count: number;
  percentile(share: number): number;
}

const RESOLUTION_MS = 1;

/**
 * A timer that is due each millisecond, and how late it was. Its wake-ups cost about 3 % of a core, so
 * it may not run while CPU is measured. Node's other way, a sample of each turn of the loop
 * (`samplePerIteration`), costs nothing, but does not see the time within callbacks of sockets (tried
 * with 24.21), which is all that a bridge does.
 * @returns ends it and tells what it saw
 */
export function watchLoopDelay(): () => LoopDelay {
  const intervals = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  intervals.enable();
  return () => {
    intervals.disable();
    return delayOf(intervals, RESOLUTION_MS);
  };
}

/**
 * Node's histogram holds the time from one firing of its timer to the next: the wanted interval is no
 * delay. A long pause is one sample like a short one, so that shares are of samples, not of time.
 * @throws when there are no samples: the loop has not come round at all
 */
export function delayOf(intervals: Intervals, resolutionMs: number): LoopDelay {
  if (intervals.count === 0) throw new Error('the event loop has not come round');
  const at = (share: number) => Math.max(0, intervals.percentile(share) / 1e6 - resolutionMs);
  return { p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) };
}
