import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { withTranscript } from '../../shared/transcript';

export const description: INodeProperties[] = [
	{
		displayName: 'Call ID',
		name: 'callId',
		type: 'string',
		required: true,
		default: '',
		placeholder: '0199… or CA…',
		description: "The ID of the conversation, or Twilio's Call SID",
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callId', 'Call ID', itemIndex);
	return withTranscript(
		await sidecarRequest(this, {
			method: 'GET',
			path: `/v1/calls/${encodeURIComponent(id)}`,
			itemIndex,
		}),
	);
}
