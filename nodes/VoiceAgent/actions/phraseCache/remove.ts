import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { ownerFilter } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerFilter,
	{
		displayName: 'What to Remove',
		name: 'what',
		type: 'options',
		default: 'text',
		options: [
			{ name: 'All Phrases', value: 'all', description: 'Everything, or everything of the tenant' },
			{ name: 'One Phrase', value: 'text', description: 'A text, in whatever voice' },
			{
				name: 'Phrases of a Voice',
				value: 'voice',
				description: 'Every text that a voice has spoken',
			},
		],
		description: 'What is forgotten. It is spoken anew when it is needed again.',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		required: true,
		default: '',
		displayOptions: { show: { what: ['text'] } },
		description: 'The phrase, exactly as it was spoken',
	},
	{
		displayName: 'Voice Name',
		name: 'voiceName',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'es-US-Neural2-A',
		displayOptions: { show: { what: ['voice'] } },
		description: 'Name of the Google voice',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await sidecarRequest(this, {
		method: 'DELETE',
		path: '/v1/phrases',
		body: { ...given(tenantGiven.call(this, itemIndex)), ...which.call(this, itemIndex) },
		itemIndex,
	});
}

function which(this: IExecuteFunctions, itemIndex: number): IDataObject {
	switch (this.getNodeParameter('what', itemIndex)) {
		case 'text':
			return { text: readText.call(this, 'text', 'Text', itemIndex) };
		case 'voice':
			return { voice: { name: readText.call(this, 'voiceName', 'Voice Name', itemIndex) } };
		default:
			// Any voice: n8n leaves an empty body out, and the sidecar asks for one.
			return { voice: {} };
	}
}
