/** RFC 2822, as Twilio's 2010 API writes times: `Sat, 21 Nov 2026 12:00:00 +0000`. */
export function rfc2822(timeMs: number): string {
  return new Date(timeMs).toUTCString().replace('GMT', '+0000');
}

/** ISO 8601 in whole seconds, as Twilio's later APIs write times: `2026-11-21T12:00:00Z`. */
export function iso8601(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 2822 with `null` for what has not happened. */
export function rfc2822OrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : rfc2822(timeMs);
}
