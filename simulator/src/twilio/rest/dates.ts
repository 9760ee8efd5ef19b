import { restErrors } from './errors.ts';

const DAY_MS = 86_400_000;

/**
 * `StartTime=day`, `StartTime>=` and `StartTime<=` of a list; the sign arrives as the end of the
 * name. Days are of UTC and belong to their range as a whole.
 * @throws RestError 20001 for what is no date
 */
export function dateFilter(
  query: URLSearchParams,
  field: string,
): (timeMs: number | undefined) => boolean {
  const tests: ((timeMs: number) => boolean)[] = [];
  for (const sign of ['', '<', '>'] as const) {
    const value = query.get(field + sign);
    if (!value) continue;
    const atMs = Date.parse(value);
    if (Number.isNaN(atMs)) throw restErrors.invalid(`${field} must be a date in ISO 8601`);
    // A time with an equals sign stands for its day, too: clients send whole dates so.
    const isDay = sign === '' || /^\d{4}-\d{2}-\d{2}$/.test(value);
    const fromMs = isDay ? Math.floor(atMs / DAY_MS) * DAY_MS : atMs;
    const toMs = isDay ? fromMs + DAY_MS - 1 : atMs;
    if (sign !== '<') tests.push((timeMs) => timeMs >= fromMs);
    if (sign !== '>') tests.push((timeMs) => timeMs <= toMs);
  }
  return (timeMs) =>
    tests.length === 0 || (timeMs !== undefined && tests.every((passes) => passes(timeMs)));
}
