import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';
import { given } from '../../shared/request';
import { asNumber, asObject } from './checks';
import { asMicroUsd } from './money';

type Interval = [from: string, to: string];

/**
 * Settings of a tenant as the builder wrote them, as the sidecar takes them. Only what was given.
 * @throws {NodeOperationError} that names the field
 */
export function tenantBody(
	this: IExecuteFunctions,
	fields: IDataObject,
	itemIndex: number,
): IDataObject {
	const { businessHours, closedOn, escalationNumber, facts, phoneNumbers, ...others } = fields;
	const { monthlyBudgetUsd, speakingRate, voice, warnAtPercent, ...texts } = others;
	return {
		...given(texts),
		...(voice === undefined ? {} : { voice: voiceOf.call(this, voice, speakingRate, itemIndex) }),
		...(phoneNumbers === undefined
			? {}
			: {
					phoneNumbers: listOf(phoneNumbers).map((number) =>
						asNumber.call(this, number, 'Phone Numbers', itemIndex),
					),
				}),
		...(escalationNumber === undefined
			? {}
			: { escalationNumber: escalation.call(this, String(escalationNumber), itemIndex) }),
		...(facts === undefined ? {} : { facts: asObject.call(this, facts, 'Facts', itemIndex) }),
		...(businessHours === undefined && closedOn === undefined
			? {}
			: { businessHours: hoursOf.call(this, businessHours, closedOn, itemIndex) }),
		...(monthlyBudgetUsd === undefined && warnAtPercent === undefined
			? {}
			: { budget: budgetOf.call(this, monthlyBudgetUsd, warnAtPercent, itemIndex) }),
	};
}

/** The language of a voice is the beginning of its name: `es-US-Neural2-A`. */
function voiceOf(
	this: IExecuteFunctions,
	voice: unknown,
	speakingRate: unknown,
	itemIndex: number,
): IDataObject {
	const name = String(voice).trim();
	const languageCode = /^[a-z]{2,3}-[A-Z]{2}(?=-)/.exec(name)?.[0];
	if (languageCode === undefined) {
		throw new NodeOperationError(this.getNode(), `"${name}" in the field Voice is no voice`, {
			itemIndex,
			description: 'Give the full name of a Google voice, such as es-US-Neural2-A.',
		});
	}
	return {
		name,
		languageCode,
		...(speakingRate === undefined ? {} : { speakingRate: Number(speakingRate) }),
	};
}

function escalation(this: IExecuteFunctions, number: string, itemIndex: number): string | null {
	return number.trim() === '' ? null : asNumber.call(this, number, 'Escalation Number', itemIndex);
}

/** null: no limit. */
function budgetOf(
	this: IExecuteFunctions,
	monthlyUsd: unknown,
	warnAtPercent: unknown,
	itemIndex: number,
): IDataObject | null {
	if (monthlyUsd === undefined) {
		throw new NodeOperationError(this.getNode(), 'Warn at (% of Budget) needs a budget', {
			itemIndex,
			description: 'Both are changed together: add Monthly Budget (USD), too.',
		});
	}
	const monthlyMicroUsd = asMicroUsd.call(this, monthlyUsd, 'Monthly Budget (USD)', itemIndex);
	if (monthlyMicroUsd === 0) return null;
	return given({
		monthlyMicroUsd,
		warnAtPercent: warnAtPercent === undefined ? undefined : Number(warnAtPercent),
	});
}

function hoursOf(
	this: IExecuteFunctions,
	businessHours: unknown,
	closedOn: unknown,
	itemIndex: number,
): IDataObject | null {
	const { hours = [] } = (businessHours ?? {}) as {
		hours?: Array<{ days?: string[]; from?: string; to?: string }>;
	};
	const exceptions = listOf(closedOn).map((date) => ({ date, hours: [] }));
	if (hours.length === 0 && exceptions.length > 0) {
		throw new NodeOperationError(this.getNode(), 'Closed On needs Business Hours', {
			itemIndex,
			description: 'Add Business Hours: without them the tenant is always open.',
		});
	}
	if (hours.length === 0) return null;
	const week: Record<string, Interval[]> = {};
	for (const { days = [], from = '', to = '' } of hours) {
		for (const day of days) (week[day] ??= []).push([from.trim(), to.trim()]);
	}
	for (const intervals of Object.values(week)) intervals.sort(([a], [b]) => a.localeCompare(b));
	return { ...week, ...(exceptions.length > 0 ? { exceptions } : {}) };
}
