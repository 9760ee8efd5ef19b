import { slope } from '../statistics.ts';
import type { LoadFigures } from './load-figures.ts';

/** Below it, what V8 takes once for the whole process hides what a call takes. */
const LEAST_CALLS = 25;
const LEAST_POINTS = 3;

/**
 * Resident memory that each further call of a bridge takes, in KB: the slope of a line through the
 * numbers of calls and the memory at them, so that what the process takes once does not count.
 * @returns undefined for too few numbers of calls
 */
export function furtherCallKb(load: readonly LoadFigures[], bridge: string): number | undefined {
  const points = load
    .filter((each) => each.bridge === bridge && each.calls >= LEAST_CALLS)
    .map(({ calls, residentBytes }) => ({ x: calls, y: residentBytes / 1024 }));
  const different = new Set(points.map(({ x }) => x)).size;
  return different < LEAST_POINTS ? undefined : slope(points);
}
