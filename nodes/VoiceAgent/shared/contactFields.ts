import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { asObject } from './checks';

const text = (
	displayName: string,
	name: string,
	description: string,
	placeholder = '',
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	default: '',
	...(placeholder === '' ? {} : { placeholder }),
	description,
});

/** In the collection of fields: one that was added and left empty clears what is there. */
export const contactFields: INodeProperties[] = [
	text('Company', 'company', 'Where the contact works'),
	{
		displayName: 'Custom Attributes',
		name: 'attributes',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Attribute',
		default: {},
		description:
			'Fields of your own, which the agent is told. Left empty, an attribute is removed.',
		options: [
			{
				displayName: 'Attribute',
				name: 'attribute',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				],
			},
		],
	},
	{
		displayName: 'Custom Attributes (JSON)',
		name: 'attributesJson',
		type: 'json',
		default: '{}',
		description:
			'The same as a JSON object, at most 16 KB in all. It is added to what is there; null removes a name.',
	},
	{
		displayName: 'Email',
		name: 'email',
		type: 'string',
		placeholder: 'name@email.com',
		default: '',
		description: 'Where the contact can be written to',
	},
	text('External ID', 'externalId', 'Its ID in another system, such as your CRM'),
	text('Language', 'language', 'The language to speak, as a BCP-47 tag', 'es-CL'),
	text('Last Outcome', 'lastOutcome', 'How the last call ended, in words of your own'),
	text('Name', 'name', 'How the agent addresses the contact', 'Fernanda Soto'),
	{
		...text('Notes', 'notes', 'What is good to know; the agent is told'),
		typeOptions: { rows: 3 },
	},
	text('Role', 'role', 'What the contact does in the company'),
	text('Status', 'status', 'Where the contact stands, in words of your own', 'interested'),
	text('Time Zone', 'timezone', 'IANA name of the zone of the contact', 'America/Santiago'),
];

/** The fields that were added, as the sidecar takes them; empty ones are cleared. */
export function contactBody(
	this: IExecuteFunctions,
	fields: IDataObject,
	itemIndex: number,
): IDataObject {
	const { attributes, attributesJson, ...texts } = fields;
	const body: IDataObject = Object.fromEntries(
		Object.entries(texts).map(([name, value]) => {
			const trimmed = String(value ?? '').trim();
			return [name, trimmed === '' ? null : trimmed];
		}),
	);
	if (attributes === undefined && attributesJson === undefined) return body;
	const { attribute = [] } = (attributes ?? {}) as {
		attribute?: Array<{ name: string; value: unknown }>;
	};
	const named = attribute
		.filter(({ name }) => name.trim() !== '')
		.map(({ name, value }) => [name.trim(), value === '' ? null : value]);
	const written =
		attributesJson === undefined
			? {}
			: asObject.call(this, attributesJson, 'Custom Attributes (JSON)', itemIndex);
	return {
		...body,
		attributes: { ...written, ...(Object.fromEntries(named) as IDataObject) },
	};
}
