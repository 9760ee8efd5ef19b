import { DateTime } from 'luxon';
import { z } from 'zod';

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');
const endTime = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be HH:MM');
const span = z
  .tuple([time, endTime])
  .refine(([from, to]) => from !== to, { message: 'must not begin and end at the same time' });
const spans = z.array(span).max(10);

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * Opening hours in the tenant's own time zone. A day that is absent is closed. A span that ends
 * before it begins goes on after midnight, and belongs to the day on which it begins.
 */
export const businessHoursSchema = z
  .strictObject({
    mon: spans.optional(),
    tue: spans.optional(),
    wed: spans.optional(),
    thu: spans.optional(),
    fri: spans.optional(),
    sat: spans.optional(),
    sun: spans.optional(),
    /** Replace the hours of the weekday on one date. */
    exceptions: z
      .array(z.strictObject({ date: z.iso.date(), hours: spans }))
      .max(400)
      .optional(),
  })
  .refine(
    ({ exceptions = [] }) => new Set(exceptions.map((e) => e.date)).size === exceptions.length,
    { path: ['exceptions'], message: 'must name each date once' },
  );

export type BusinessHours = z.infer<typeof businessHoursSchema>;

/**
 * Whether it is open at a moment.
 * @param hours null: always open
 * @param timezone IANA name
 * @param nowMs wall clock, ms since the epoch
 */
export function isOpen(hours: BusinessHours | null, timezone: string, nowMs: number): boolean {
  if (hours === null) return true;
  const now = DateTime.fromMillis(nowMs, { zone: timezone });
  // Wall-clock text compares as time does, also on days on which the clock is changed.
  const clock = now.toFormat('HH:mm');
  const openToday = spansOf(hours, now).some(([from, to]) =>
    to > from ? clock >= from && clock < to : clock >= from,
  );
  if (openToday) return true;
  return spansOf(hours, now.minus({ days: 1 })).some(([from, to]) => to < from && clock < to);
}

function spansOf(hours: BusinessHours, day: DateTime): readonly (readonly [string, string])[] {
  const date = day.toFormat('yyyy-MM-dd');
  const exception = hours.exceptions?.find((each) => each.date === date);
  if (exception !== undefined) return exception.hours;
  const weekday = weekdays[day.weekday - 1];
  return (weekday !== undefined && hours[weekday]) || [];
}
