import type { MemoryFigures } from '../memory-figures.ts';
import type { BridgeName } from '../options.ts';

/** A bridge that takes 140 MB once, 40 MB of them for what is in use, and so many KB for each call. */
export function memoryFigures(
  bridge: BridgeName,
  calls: number,
  residentKb: number,
  liveKb: number,
): MemoryFigures {
  return {
    bridge,
    calls,
    lateShare: 0,
    liveBytes: 40 * 2 ** 20 + calls * liveKb * 1024,
    residentBytes: 140 * 2 ** 20 + calls * residentKb * 1024,
    standingBytes: 180 * 2 ** 20 + calls * residentKb * 1024,
  };
}
