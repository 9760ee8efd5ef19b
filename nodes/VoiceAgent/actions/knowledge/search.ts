import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	{
		displayName: 'Query',
		name: 'query',
		type: 'string',
		required: true,
		default: '',
		placeholder: '¿Qué cubre la garantía?',
		description:
			'A question or words, at most 1000 characters. Any of the words may match; endings and accents do not matter.',
	},
	{
		displayName: 'Passages',
		name: 'passages',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 50 },
		default: 5,
		description: 'How many passages are returned, at most',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Document ID',
				name: 'documentId',
				type: 'string',
				default: '',
				description: 'Only passages of this document',
			},
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: 'es-CL',
				description: 'Only documents of this language',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const options = this.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const { data } = await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/knowledge/search',
		qs: {
			...tenantGiven.call(this, itemIndex),
			query: readText.call(this, 'query', 'Query', itemIndex),
			limit: Number(this.getNodeParameter('passages', itemIndex, 5)),
			...options,
		},
		itemIndex,
	});
	return (data ?? []) as IDataObject[];
}
