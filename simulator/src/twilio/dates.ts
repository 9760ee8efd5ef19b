/** RFC 2822, as Twilio's 2010 API writes times: `Sat, 21 Nov 2026 12:00:00 +0000`. */
export function rfc2822(timeMs: number): string {
  return new Date(timeMs).toUTCString().replace('GMT', '+0000');
}

/** The same with `null` for what has not happened. */
export function rfc2822OrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : rfc2822(timeMs);
}
