import type { IDataObject } from 'n8n-workflow';

/**
 * A call as the nodes put it out: Twilio's own fields in camelCase, `callSid` so that a following
 * node finds it, durations in ms and times as ISO 8601.
 */
export function callOutput(call: IDataObject): IDataObject {
	const {
		sid,
		parent_call_sid: parentCallSid,
		from,
		to,
		direction,
		status,
		start_time: startTime,
		end_time: endTime,
		date_created: dateCreated,
		duration,
		queue_time: queueTime,
		answered_by: answeredBy,
		caller_name: callerName,
		forwarded_from: forwardedFrom,
		price,
		price_unit: priceUnit,
	} = call;
	return {
		callSid: sid,
		parentCallSid: parentCallSid || null,
		from,
		to,
		direction,
		callStatus: status,
		createdAt: isoTime(dateCreated),
		startedAt: isoTime(startTime),
		endedAt: isoTime(endTime),
		durationMs: secondsToMs(duration),
		queueTimeMs: queueTime === undefined || queueTime === null ? null : Number(queueTime),
		answeredBy: answeredBy || null,
		callerName: callerName || null,
		forwardedFrom: forwardedFrom || null,
		price: price ?? null,
		priceUnit: priceUnit || null,
	};
}

/** Twilio writes times as RFC 2822. */
export function isoTime(value: unknown): string | null {
	if (typeof value !== 'string' || value === '') return null;
	const time = new Date(value);
	return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

export function secondsToMs(value: unknown): number | null {
	if (value === undefined || value === null || value === '') return null;
	const seconds = Number(value);
	return Number.isFinite(seconds) ? Math.round(seconds * 1000) : null;
}
