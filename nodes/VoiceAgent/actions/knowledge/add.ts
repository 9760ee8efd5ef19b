import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

/** A document of 1 MB has some 1000 passages, each of which is indexed. */
const timeoutMs = 60_000;

export const description: INodeProperties[] = [
	ownerLocator,
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'Garantías 2026',
		description: 'Its words count for more than those of the text',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 6 },
		required: true,
		default: '',
		hint: 'For a PDF or another file, put the node Extract From File before this one.',
		description: 'At most 1 MB. Blank lines part it into passages.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'External ID',
				name: 'externalId',
				type: 'string',
				default: '',
				description:
					'Its ID where it comes from. A document with the same one is replaced, so that a workflow can run again.',
			},
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: 'es-CL',
				description: "The language of the text, as a BCP-47 tag. Without it: the tenant's.",
			},
			{
				displayName: 'Source',
				name: 'source',
				type: 'string',
				default: '',
				placeholder: 'https://example.com/garantias',
				description: 'Where it can be looked up: an address, the name of a file',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { externalId, language, source } = this.getNodeParameter(
		'options',
		itemIndex,
		{},
	) as IDataObject;
	return await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/knowledge/documents',
		body: given({
			...tenantGiven.call(this, itemIndex),
			title: readText.call(this, 'title', 'Title', itemIndex),
			text: readText.call(this, 'text', 'Text', itemIndex),
			externalId,
			language,
			source,
		}),
		timeoutMs,
		itemIndex,
	});
}
