import type { IDataObject } from 'n8n-workflow';

/** How many calls the highest sequence number is remembered for. */
export const maxTrackedCalls = 300;

/**
 * Twilio's callbacks may overtake each other. Tells whether a later one of the same call has already
 * been seen, and remembers this one.
 */
export function isLate(
	staticData: IDataObject,
	callSid: string,
	sequenceNumber: number | null,
): boolean {
	if (sequenceNumber === null) return false;
	const highest = (staticData.highest ?? {}) as Record<string, number>;
	const seen = highest[callSid] ?? -1;
	delete highest[callSid];
	const kept = Object.entries(highest).slice(-(maxTrackedCalls - 1));
	staticData.highest = {
		...Object.fromEntries(kept),
		[callSid]: Math.max(seen, sequenceNumber),
	};
	return sequenceNumber < seen;
}
