import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { isE164 } from '../../shared/phoneNumber';

const sipAddress = /^sips?:[^\s@]+@[^\s@]+$/i;
const clientName = /^client:\S+$/i;

function fail(
	this: IExecuteFunctions,
	itemIndex: number,
	message: string,
	description: string,
): never {
	throw new NodeOperationError(this.getNode(), message, { itemIndex, description });
}

/** A string of a field or a resource locator, without the blanks around it. */
export function readString(this: IExecuteFunctions, parameter: string, itemIndex: number): string {
	const value = this.getNodeParameter(parameter, itemIndex, '', { extractValue: true });
	return String(value ?? '').trim();
}

/** What Twilio's SIDs begin with. */
const sids = {
	Call: 'CA',
	Conference: 'CF',
	Recording: 'RE',
	'Phone Number': 'PN',
} as const;

export type SidKind = keyof typeof sids;

export function isSid(kind: SidKind, value: string): boolean {
	return new RegExp(`^${sids[kind]}[0-9a-f]{32}$`, 'i').test(value);
}

/**
 * Reads a SID, which goes into a URL's path: nothing else may stand there.
 * @throws {NodeOperationError} that names the field
 */
export function readSid(
	this: IExecuteFunctions,
	kind: SidKind,
	parameter: string,
	itemIndex: number,
	label = `${kind} SID`,
): string {
	const sid = readString.call(this, parameter, itemIndex);
	if (isSid(kind, sid)) return sid;
	return fail.call(
		this,
		itemIndex,
		`"${sid}" is not a ${kind} SID`,
		`The field ${label} takes ${sids[kind]} and 32 hexadecimal digits. Choose from the list, or take it from the output of a Twilio Voice node or trigger.`,
	);
}

export function readCallSid(this: IExecuteFunctions, itemIndex: number): string {
	return readSid.call(this, 'Call', 'callSid', itemIndex, 'Call');
}

/** Removes what people write between the digits of a number; leaves anything else as it is. */
function compact(value: string): string {
	return value.replace(/^(\+)?[\s().-]*\d[\d\s().-]*$/, (written) =>
		written.replace(/[\s().-]/g, ''),
	);
}

/**
 * Reads a number in E.164 format; as `callable` also a SIP address or a Twilio client.
 * @throws {NodeOperationError} that names the field
 */
export function readPhoneNumber(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
	kind: 'phone number' | 'callable' = 'phone number',
): string {
	return checkPhoneNumber.call(
		this,
		readString.call(this, parameter, itemIndex),
		label,
		itemIndex,
		kind,
	);
}

export function checkPhoneNumber(
	this: IExecuteFunctions,
	value: string,
	label: string,
	itemIndex: number,
	kind: 'phone number' | 'callable' = 'phone number',
): string {
	const number = compact(value.trim());
	if (isE164(number)) return number;
	if (kind === 'callable' && (sipAddress.test(number) || clientName.test(number))) return number;
	const others =
		kind === 'callable'
			? ' A SIP address is written sip:ana@example.com, a Twilio client client:ana.'
			: '';
	return fail.call(
		this,
		itemIndex,
		`"${value}" in the field ${label} is not a phone number`,
		`Write the field ${label} in E.164 format: + and the country code, for example +56912345678.${others}`,
	);
}

export function readUrl(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	return checkUrl.call(this, readString.call(this, parameter, itemIndex), label, itemIndex);
}

export function checkUrl(
	this: IExecuteFunctions,
	value: string,
	label: string,
	itemIndex: number,
): string {
	if (isHttpUrl(value)) return value;
	return fail.call(
		this,
		itemIndex,
		`"${value}" in the field ${label} is not an address`,
		`Write the field ${label} as a complete http(s) address that Twilio can reach.`,
	);
}

/** For an option: '' counts as not given. */
export function optionalUrl(
	this: IExecuteFunctions,
	value: string | undefined,
	label: string,
	itemIndex: number,
): string | undefined {
	return value === undefined || value.trim() === ''
		? undefined
		: checkUrl.call(this, value.trim(), label, itemIndex);
}

export function isHttpUrl(value: string): boolean {
	return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

export function requireText(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const text = String(this.getNodeParameter(parameter, itemIndex, '') ?? '');
	if (text.trim() !== '') return text;
	return fail.call(
		this,
		itemIndex,
		`The field ${label} is empty`,
		'An empty text would leave the caller in silence. Check the expression of the field.',
	);
}

/** A whole number within what Twilio takes; undefined stays undefined. */
export function checkRange(
	this: IExecuteFunctions,
	value: number | undefined,
	[least, most]: readonly [number, number],
	label: string,
	itemIndex: number,
	unit = 'seconds',
): number | undefined {
	if (value === undefined) return undefined;
	const number = Number(value);
	if (Number.isInteger(number) && number >= least && number <= most) return number;
	return fail.call(
		this,
		itemIndex,
		`The option ${label} is out of range`,
		`Give a whole number of ${unit} from ${least} to ${most}.`,
	);
}

/** Tones, with pauses of half a second (w) and a second (W). */
export function checkDigits(
	this: IExecuteFunctions,
	digits: string,
	label: string,
	itemIndex: number,
	most = Infinity,
): string {
	const compacted = digits.replace(/\s/g, '');
	if (/^[0-9A-D*#wW]+$/.test(compacted) && compacted.length <= most) return compacted;
	const length = most === Infinity ? '' : `, at most ${most} characters`;
	return fail.call(
		this,
		itemIndex,
		`"${digits}" in the field ${label} cannot be sent as tones`,
		`It takes 0 to 9, *, #, A to D, and w (half a second) or W (a second) for a pause${length}.`,
	);
}

/** A moment as Twilio reads it: ISO 8601 in UTC, to the second. */
export function checkMoment(
	this: IExecuteFunctions,
	value: string | undefined,
	label: string,
	itemIndex: number,
): string | undefined {
	if (!value) return undefined;
	const time = new Date(value);
	if (!Number.isNaN(time.getTime())) return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
	return fail.call(
		this,
		itemIndex,
		`"${value}" in ${label} is not a date`,
		'Use an ISO 8601 date such as 2026-11-21T09:00:00-03:00.',
	);
}
