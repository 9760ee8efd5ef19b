import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../shared/listOf';
import { kinds, type Kind } from '../redaction/find';
import type { RedactOptions, Style } from '../redaction/redact';

export const redactionFields: INodeProperties[] = [
	{
		displayName: 'Personal Data',
		name: 'personalDataKinds',
		type: 'multiOptions',
		default: [...kinds],
		options: [
			{
				name: 'Address',
				value: 'address',
				description: 'Street and number, as far as patterns go',
			},
			{ name: 'Bank Account (IBAN)', value: 'iban' },
			{ name: 'DNI or NIE', value: 'nationalId', description: 'Spain; the letter is checked' },
			{ name: 'Email Address', value: 'email', description: 'Written or spelled out' },
			{ name: 'Name', value: 'name', description: 'Known names; others only with an engine' },
			{ name: 'Payment Card', value: 'card', description: 'The check digit is checked' },
			{ name: 'Phone Number', value: 'phone' },
			{ name: 'RUT', value: 'rut', description: 'Chile; the check digit is checked' },
		],
		description: 'What is replaced',
	},
	{
		displayName: 'Known Names',
		name: 'knownNames',
		type: 'string',
		default: '',
		placeholder: 'Ana Pérez, Juan Soto',
		description: 'Names of the people of this conversation, separated by commas',
	},
	{
		displayName: 'Replace With',
		name: 'redactionStyle',
		type: 'options',
		default: 'label',
		options: [
			{ name: 'Label', value: 'label', description: '[PHONE]' },
			{ name: 'Mask', value: 'mask', description: '***78, with the last two characters' },
			{
				name: 'Numbered Label',
				value: 'number',
				description: '[PHONE_1]; the same value gets the same number',
			},
		],
		description: 'What stands in its place',
	},
];

/** @throws {NodeOperationError} when nothing is to be replaced */
export function readRedaction(
	this: IExecuteFunctions,
	itemIndex: number,
): Omit<RedactOptions, 'further'> {
	const chosen = this.getNodeParameter('personalDataKinds', itemIndex, [...kinds]) as Kind[];
	if (chosen.length === 0) {
		throw new NodeOperationError(this.getNode(), 'Personal Data is empty', {
			itemIndex,
			description: 'Choose at least one kind of personal data to replace.',
		});
	}
	return {
		kinds: chosen,
		names: listOf(this.getNodeParameter('knownNames', itemIndex, '')),
		style: this.getNodeParameter('redactionStyle', itemIndex, 'label') as Style,
	};
}

/** Of these, an engine finds what no pattern does. */
export const furtherKinds = (chosen: readonly Kind[]): Kind[] =>
	chosen.filter((kind) => kind === 'name' || kind === 'address');
