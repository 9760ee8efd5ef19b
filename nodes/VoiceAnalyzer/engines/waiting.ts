import type { IDataObject } from 'n8n-workflow';

/** How long a refusal asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
export function retryHeaderMs(
	headers: IDataObject,
	nowMs: number = Date.now(),
): number | undefined {
	const ms = numberOf(headers['retry-after-ms']);
	if (ms !== undefined) return ms;
	const value = headers['retry-after'];
	const seconds = numberOf(value);
	if (seconds !== undefined) return seconds * 1000;
	const until = Date.parse(String(value)) - nowMs;
	return Number.isFinite(until) ? Math.max(0, until) : undefined;
}

function numberOf(value: unknown): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const number = Number(value);
	return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** "in 12 seconds", for a message; rounded up, so that nobody comes too early. */
export const inSeconds = (ms: number | undefined): string =>
	ms === undefined ? 'in a moment' : `in ${Math.ceil(ms / 1000)} seconds`;
