import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isE164 } from '../../shared/phoneNumber';

/** The trimmed text of a field; undefined when it is empty. */
export function optionalText(
	this: IExecuteFunctions,
	parameter: string,
	itemIndex: number,
): string | undefined {
	const value = this.getNodeParameter(parameter, itemIndex, '', { extractValue: true });
	const text = String(value ?? '').trim();
	return text === '' ? undefined : text;
}

/** The trimmed text of a field. @throws {NodeOperationError} when it is empty */
export function readText(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const text = optionalText.call(this, parameter, itemIndex);
	if (text !== undefined) return text;
	throw new NodeOperationError(this.getNode(), `The field ${label} is empty`, {
		itemIndex,
		description: `Fill in ${label}, or check that its expression finds a value in the item.`,
	});
}

export function readNumber(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const text = readText.call(this, parameter, label, itemIndex);
	return asNumber.call(this, text, label, itemIndex);
}

/** A phone number as it is often written, in E.164. @throws {NodeOperationError} when it is none */
export function asNumber(
	this: IExecuteFunctions,
	written: string,
	label: string,
	itemIndex: number,
): string {
	const number = written.replace(/[\s().-]/g, '');
	if (isE164(number)) return number;
	throw new NodeOperationError(
		this.getNode(),
		`"${number}" in the field ${label} is not a phone number`,
		{
			itemIndex,
			description: `Write the field ${label} in E.164 format: + and the country code, for example +56221234567.`,
		},
	);
}

/** A JSON object, as an object or as text. @throws {NodeOperationError} when it is none */
export function asObject(
	this: IExecuteFunctions,
	value: unknown,
	label: string,
	itemIndex: number,
): IDataObject {
	const parsed = typeof value === 'string' ? parse(value) : value;
	if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
		return parsed as IDataObject;
	}
	throw new NodeOperationError(this.getNode(), `The field ${label} is no JSON object`, {
		itemIndex,
		description: `Write an object in braces, such as {"result": "interested"}, or give ${label} an expression whose result is one.`,
	});
}

/** A date in any form that n8n gives, as ISO 8601. @throws {NodeOperationError} when it is none */
export function asTime(
	this: IExecuteFunctions,
	value: unknown,
	label: string,
	itemIndex: number,
): string | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const time = new Date(String(value));
	if (!Number.isNaN(time.getTime())) return time.toISOString();
	throw new NodeOperationError(this.getNode(), `"${String(value)}" in ${label} is not a date`, {
		itemIndex,
		description: 'Use an ISO 8601 date such as 2026-11-21T09:00:00-03:00.',
	});
}

/**
 * The calendar day of a date in any form that n8n gives, as it is written there: YYYY-MM-DD.
 * @throws {NodeOperationError} when it is none
 */
export function asDay(
	this: IExecuteFunctions,
	value: unknown,
	label: string,
	itemIndex: number,
): string {
	const written = value instanceof Date ? value.toISOString() : String(value ?? '').trim();
	const day = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(written)?.[0];
	// The 31st of February would become a day of March.
	if (day && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return day;
	throw new NodeOperationError(this.getNode(), `"${written}" in the field ${label} is not a day`, {
		itemIndex,
		description: 'Write it as YYYY-MM-DD, such as 2026-11-21.',
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
