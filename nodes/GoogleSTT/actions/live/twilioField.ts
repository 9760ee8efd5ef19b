import type { INodeProperties } from 'n8n-workflow';

/** n8n shows a credential by one condition only: the same field tells that Twilio takes part. */
export const twilioIsUsed: INodeProperties = {
	displayName: 'Audio From',
	name: 'audioSource',
	type: 'hidden',
	default: 'twilioCall',
};
