import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

export const callIdField: INodeProperties = {
	displayName: 'Call ID',
	name: 'callId',
	type: 'string',
	required: true,
	default: '={{ $json.callId }}',
	placeholder: 'rtc_…',
	description:
		'Of the SIP call, as the OpenAI Realtime Trigger puts it out in callId. OpenAI has no list of calls.',
};

export function readCallId(this: IExecuteFunctions, itemIndex: number): string {
	const callId = String(this.getNodeParameter('callId', itemIndex) ?? '').trim();
	if (/^rtc_[\w-]+$/.test(callId)) return callId;
	throw new NodeOperationError(
		this.getNode(),
		callId ? `"${callId}" is not a Call ID of OpenAI` : 'The field Call ID is empty',
		{
			itemIndex,
			description:
				'It begins with rtc_ and comes from the OpenAI Realtime Trigger (callId). A Call SID of Twilio (CA…) is another thing.',
		},
	);
}
