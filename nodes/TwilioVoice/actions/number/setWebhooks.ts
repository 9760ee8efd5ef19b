import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { optionalUrl, readPhoneNumber } from '../../shared/checks';
import { ownNumberField } from '../../shared/locators';
import { numberOutput } from '../../shared/outputs';
import { findOwnNumber } from '../../shared/ownNumber';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	{
		displayName:
			'A <b>Twilio Voice Trigger</b> can point numbers to itself, and put them back afterwards. Use this operation for other addresses.',
		name: 'webhooksNotice',
		type: 'notice',
		default: '',
	},
	ownNumberField('Number', 'phoneNumber', 'The number of the account whose calls are meant'),
	{
		displayName: 'Webhooks',
		name: 'webhooks',
		type: 'collection',
		placeholder: 'Add Webhook',
		default: {},
		description:
			'What is added is set, and removed when its field is empty. What is not added stays as it is.',
		options: [
			{
				displayName: 'Fallback URL',
				name: 'fallbackUrl',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice?fallback=true',
				description: 'Asked when the Voice URL does not answer, or not with TwiML',
			},
			{
				displayName: 'Status Callback URL',
				name: 'statusCallback',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice?event=status',
				description: 'Told when a call to the number has ended',
			},
			{
				displayName: 'Voice URL',
				name: 'voiceUrl',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice',
				description: 'Asked what to do with a call',
			},
		],
	},
];

interface Webhooks {
	fallbackUrl?: string;
	statusCallback?: string;
	voiceUrl?: string;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const number = readPhoneNumber.call(this, 'phoneNumber', 'Number', itemIndex);
	const webhooks = this.getNodeParameter('webhooks', itemIndex, {}) as Webhooks;
	const form = formOf.call(this, webhooks, itemIndex);
	const found = await findOwnNumber.call(this, number, itemIndex);
	if (found === undefined) {
		throw new NodeOperationError(this.getNode(), `The account has no number ${number}`, {
			itemIndex,
			description: 'Choose the number from the list, and check the account of the credential.',
		});
	}
	if (found.trunk_sid && webhooks.voiceUrl) {
		throw new NodeOperationError(this.getNode(), `${number} belongs to a SIP trunk`, {
			itemIndex,
			description:
				'Twilio ignores the addresses of such a number. Detach it from the trunk in the Twilio console first.',
		});
	}
	// An application would take the place of the Voice URL.
	const application =
		found.voice_application_sid && webhooks.voiceUrl ? { VoiceApplicationSid: '' } : {};
	return numberOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/IncomingPhoneNumbers/${String(found.sid)}.json`,
			form: { ...form, ...application },
			itemIndex,
		}),
	);
}

function formOf(this: IExecuteFunctions, webhooks: Webhooks, itemIndex: number): IDataObject {
	const { voiceUrl, fallbackUrl, statusCallback } = webhooks;
	if (voiceUrl === undefined && fallbackUrl === undefined && statusCallback === undefined) {
		throw new NodeOperationError(this.getNode(), 'No webhook is given', {
			itemIndex,
			description: 'Add at least one address under Webhooks.',
		});
	}
	/** An empty value removes what was set. */
	const url = (value: string | undefined, label: string) =>
		value === undefined ? undefined : (optionalUrl.call(this, value, label, itemIndex) ?? '');
	return {
		VoiceUrl: url(voiceUrl, 'Voice URL'),
		VoiceMethod: voiceUrl ? 'POST' : undefined,
		VoiceFallbackUrl: url(fallbackUrl, 'Fallback URL'),
		VoiceFallbackMethod: fallbackUrl ? 'POST' : undefined,
		StatusCallback: url(statusCallback, 'Status Callback URL'),
		StatusCallbackMethod: statusCallback ? 'POST' : undefined,
	};
}
