import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { getTenants } from './methods/tenants';
import { answerContentType, answerField } from './conversation/place';
import { getPhoneNumbers } from './methods/phoneNumbers';
import { outputsExpression } from './trigger/events';
import { giveBackNumbers, numbersAreSet, takeNumbers } from './trigger/numbers';
import { properties } from './trigger/properties';
import { receive } from './trigger/receive';

export class TwilioVoiceTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Twilio Voice Trigger',
		name: 'twilioVoiceTrigger',
		icon: { light: 'file:twilioVoice.svg', dark: 'file:twilioVoice.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when somebody calls, or when the state of a call changes',
		defaults: { name: 'Twilio Voice Trigger' },
		inputs: [],
		outputs: `={{ ${outputsExpression} }}`,
		credentials: [
			{ name: 'twilioVoiceApi', required: true },
			{
				name: 'voiceSidecarApi',
				required: true,
				displayOptions: { show: { resolveTenant: [true] } },
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode:
					'={{ $parameter["responseMode"] === "conversation" ? "lastNode" : $parameter["responseMode"] }}',
				responseData: 'firstEntryJson',
				responsePropertyName: answerField,
				responseContentType: answerContentType,
				path: 'voice',
			},
		],
		triggerPanel: {
			header: 'Call the number to see its data here',
			executionsHelp: {
				inactive:
					'Copy the test address into the number in the Twilio console, or turn on "Manage the Number\'s Webhook", then call the number. Published, the workflow answers every call by itself.',
				active:
					'This workflow answers calls by itself. For a test, listen here and call: a managed number is pointed here meanwhile and put back after it.',
			},
			activationHint:
				'When you have finished building your workflow, publish it to have it answer calls.',
		},
		eventTriggerDescription: 'Waiting for you to call the number',
		activationMessage: 'Calls to the number now start this workflow.',
		properties,
	};

	methods = { loadOptions: { getPhoneNumbers, getTenants } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await numbersAreSet.call(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await takeNumbers.call(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await giveBackNumbers.call(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}
}
