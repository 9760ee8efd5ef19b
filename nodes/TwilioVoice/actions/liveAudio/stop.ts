import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { stopLiveTranscription } from '../../shared/liveTranscription';
import { readCallSid, readString } from '../../shared/checks';
import { callSidField } from '../../shared/locators';
import { streamOutput } from '../../shared/outputs';
import { destinationField } from '../../shared/streamFields';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	callSidField,
	{ ...destinationField, displayName: 'Sent To', description: 'What the copy was made for' },
	{
		displayName: 'Transcription ID',
		name: 'transcriptionId',
		type: 'string',
		required: true,
		default: '={{ $json.transcriptionId }}',
		displayOptions: { show: { destination: ['transcription'] } },
		description: 'The live transcription, as Start Copy put it out',
	},
	{
		displayName: 'Stream SID or Name',
		name: 'stream',
		type: 'string',
		required: true,
		default: '={{ $json.streamSid }}',
		placeholder: 'MZ…',
		displayOptions: { show: { destination: ['webSocket'] } },
		description: 'The stream, as Start Copy put it out, or the name that it was given',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callSid = readCallSid.call(this, itemIndex);
	if (this.getNodeParameter('destination', itemIndex) === 'transcription') {
		const transcriptionId = required.call(this, 'transcriptionId', 'Transcription ID', itemIndex);
		return await stopLiveTranscription(this, { callSid, transcriptionId, itemIndex });
	}
	const stream = required.call(this, 'stream', 'Stream SID or Name', itemIndex);
	return streamOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${callSid}/Streams/${encodeURIComponent(stream)}.json`,
			form: { Status: 'stopped' },
			itemIndex,
		}),
	);
}

function required(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const value = readString.call(this, parameter, itemIndex);
	if (value !== '') return value;
	throw new NodeOperationError(this.getNode(), `The field ${label} is empty`, {
		itemIndex,
		description: 'Take it from the output of Start Copy, and keep it until the copy is stopped.',
	});
}
