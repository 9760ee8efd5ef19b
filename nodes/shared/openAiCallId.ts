import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** A SIP call, as OpenAI names it. */
export const openAiCallIdField: INodeProperties = {
	displayName: 'Call ID',
	name: 'callId',
	type: 'string',
	required: true,
	default: '={{ $json.callId }}',
	placeholder: 'rtc_…',
};

/** @throws {NodeOperationError} that names the field when it holds something else */
export function readOpenAiCallId(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const callId = String(this.getNodeParameter(parameter, itemIndex, '') ?? '').trim();
	if (/^rtc_[\w-]+$/.test(callId)) return callId;
	throw new NodeOperationError(
		this.getNode(),
		callId ? `"${callId}" is not a Call ID of OpenAI` : `The field ${label} is empty`,
		{
			itemIndex,
			description:
				'It begins with rtc_ and comes from the OpenAI Realtime Trigger (callId). A Call SID of Twilio (CA…) is another thing.',
		},
	);
}
