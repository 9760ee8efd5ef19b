/**
 * From this process's own clock to the machine's monotonic one. The two are read one after the other,
 * and the pair with the least time between them is the truest.
 */
const OFFSET_MS = Math.max(
  ...Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** One clock for all processes of this machine (CLOCK_MONOTONIC), in ms. */
export function sharedNowMs(): number {
  return OFFSET_MS + performance.now();
}
