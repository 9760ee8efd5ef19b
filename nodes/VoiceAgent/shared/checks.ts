import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

export const e164 = /^\+[1-9]\d{6,14}$/;

/** The trimmed text of a field. @throws {NodeOperationError} when it is empty */
export function readText(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const value = this.getNodeParameter(parameter, itemIndex, '', { extractValue: true });
	const text = String(value ?? '').trim();
	if (text !== '') return text;
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
	const number = readText.call(this, parameter, label, itemIndex).replace(/[\s().-]/g, '');
	if (e164.test(number)) return number;
	throw new NodeOperationError(
		this.getNode(),
		`"${number}" in the field ${label} is not a phone number`,
		{
			itemIndex,
			description: `Write the field ${label} in E.164 format: + and the country code, for example +56221234567.`,
		},
	);
}
