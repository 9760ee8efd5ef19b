import { percentile } from '../statistics.ts';
import { number } from '../table.ts';

/** Percentiles of the values in one cell. @param shares 0 to 1 each */
export function spread(values: readonly number[], shares: readonly number[]): string {
  return shares.map((share) => number(percentile(values, share), 1)).join(' / ');
}
