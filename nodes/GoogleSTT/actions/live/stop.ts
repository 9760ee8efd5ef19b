import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { stopLiveTranscription } from '../../../TwilioVoice/shared/liveTranscription';
import { readCallSid } from '../../../TwilioVoice/shared/checks';
import { callSidField } from '../../../TwilioVoice/shared/locators';
import { twilioIsUsed } from './twilioField';

export const description: INodeProperties[] = [
	twilioIsUsed,
	callSidField,
	{
		displayName: 'Transcription ID',
		name: 'transcriptionId',
		type: 'string',
		required: true,
		default: '={{ $json.transcriptionId }}',
		description: 'What the operation Start put out; each event has it too',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callSid = readCallSid.call(this, itemIndex);
	const transcriptionId = String(
		this.getNodeParameter('transcriptionId', itemIndex, '') ?? '',
	).trim();
	if (!/^[\w-]{1,64}$/.test(transcriptionId)) {
		throw new NodeOperationError(
			this.getNode(),
			`"${transcriptionId}" in the field Transcription ID is no ID of a transcription`,
			{ itemIndex, description: 'Take transcriptionId from the output of the operation Start.' },
		);
	}
	return await stopLiveTranscription(this, { callSid, transcriptionId, itemIndex });
}
