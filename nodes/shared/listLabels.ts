/** The name of an entry in the list of a resource locator: what is known of it. */
export function label(...parts: unknown[]): string {
	return parts.filter((part) => typeof part === 'string' && part !== '').join(' · ');
}

/** 2026-11-21T09:12:33.000Z as 2026-11-21 09:12 UTC; '' for what is no text. */
export function minute(isoTime: unknown): string {
	return typeof isoTime === 'string' && isoTime !== ''
		? `${isoTime.slice(0, 16).replace('T', ' ')} UTC`
		: '';
}
