import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { openAiCallIdField, readOpenAiCallId } from '../../shared/openAiCallId';

export const callIdField: INodeProperties = {
	...openAiCallIdField,
	description:
		'Of the SIP call, as the OpenAI Realtime Trigger puts it out in callId. OpenAI has no list of calls.',
};

export function readCallId(this: IExecuteFunctions, itemIndex: number): string {
	return readOpenAiCallId.call(this, 'callId', 'Call ID', itemIndex);
}
