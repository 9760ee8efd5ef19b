import type { INodeProperties } from 'n8n-workflow';

export const callSidField: INodeProperties = {
	displayName: 'Call SID',
	name: 'callSid',
	type: 'string',
	required: true,
	default: '={{ $json.callSid }}',
	placeholder: 'CA…',
	description: 'The call, as Twilio names it',
};
