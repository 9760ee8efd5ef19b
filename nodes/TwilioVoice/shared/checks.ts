import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

/** E.164, a SIP address or a Twilio client name: what `To` may be. */
const callable = /^(\+[1-9]\d{6,14}|sips?:[^\s]+@[^\s]+|client:[^\s]+)$/i;
const e164 = /^\+[1-9]\d{6,14}$/;
const callSid = /^CA[0-9a-f]{32}$/i;

function fail(
	this: IExecuteFunctions,
	itemIndex: number,
	message: string,
	description: string,
): never {
	throw new NodeOperationError(this.getNode(), message, { itemIndex, description });
}

export function readCallSid(this: IExecuteFunctions, itemIndex: number): string {
	const sid = String(this.getNodeParameter('callSid', itemIndex) ?? '').trim();
	if (callSid.test(sid)) return sid;
	return fail.call(
		this,
		itemIndex,
		`"${sid}" is not a Call SID`,
		'The field Call SID takes CA and 32 hexadecimal digits, as the trigger and the Make operation put out in callSid and sid.',
	);
}

export function readPhoneNumber(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
	kind: 'phone number' | 'callable' = 'phone number',
): string {
	const value = this.getNodeParameter(parameter, itemIndex, '', { extractValue: true });
	const number = String(value ?? '').replace(/^(\+)?[\s().-]*\d[\d\s().-]*$/, (written) =>
		written.replace(/[\s().-]/g, ''),
	);
	if ((kind === 'callable' ? callable : e164).test(number)) return number;
	return fail.call(
		this,
		itemIndex,
		`"${String(value ?? '')}" in the field ${label} is not a phone number`,
		`Write the field ${label} in E.164 format: + and the country code, for example +56912345678.`,
	);
}

export function readUrl(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const value = String(this.getNodeParameter(parameter, itemIndex, '') ?? '').trim();
	if (isHttpUrl(value)) return value;
	return fail.call(
		this,
		itemIndex,
		`"${value}" in the field ${label} is not an address`,
		`Write the field ${label} as a complete http(s) address that Twilio can reach.`,
	);
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
