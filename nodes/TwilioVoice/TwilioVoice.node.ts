import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { searchTenants } from '../VoiceAgent/methods/tenants';
import * as call from './actions/call/resource';
import * as conference from './actions/conference/resource';
import * as conversation from './actions/conversation/resource';
import * as liveAudio from './actions/liveAudio/resource';
import * as number from './actions/number/resource';
import { operations } from './actions/operations';
import * as recording from './actions/recording/resource';
import * as response from './actions/response/resource';
import { hints, outputs, webhookMethods } from './conversation/description';
import { outputsNow } from './conversation/outputs';
import { webhooks } from './conversation/place';
import { receive } from './conversation/receive';
import {
	searchCalls,
	searchConferences,
	searchParticipants,
	searchRecordings,
} from './methods/listSearch';
import { searchPhoneNumbers } from './methods/phoneNumbers';

export class TwilioVoice implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Twilio Voice',
		name: 'twilioVoice',
		icon: { light: 'file:twilioVoice.svg', dark: 'file:twilioVoice.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Place, answer and control phone calls with Twilio',
		defaults: { name: 'Twilio Voice' },
		usableAsTool: true,
		// A session of the Voice Agent goes on through this node.
		sensitiveOutputFields: ['token', 'sip.uri'],
		inputs: [NodeConnectionTypes.Main],
		outputs,
		credentials: [
			{
				name: 'twilioVoiceApi',
				required: true,
				displayOptions: {
					show: {
						resource: ['call', 'conference', 'conversation', 'liveAudio', 'number', 'recording'],
					},
				},
			},
			{
				name: 'voiceSidecarApi',
				required: true,
				displayOptions: {
					show: {
						resource: ['liveAudio'],
						operation: ['start', 'stop'],
						destination: ['transcription'],
					},
				},
			},
		],
		webhooks,
		hints: [
			...hints,
			{
				message:
					'Twilio starts one call per second and keeps the others in a queue, unless your account has a higher limit. For many items, add the option Batching.',
				displayCondition:
					'={{ $parameter["resource"] === "call" && $parameter["operation"] === "make" }}',
				whenToDisplay: 'beforeExecution',
				location: 'inputPane',
				type: 'info',
			},
			{
				message:
					'Twilio waits 15 seconds for the answer to a call. Keep slow nodes behind this one, not before it.',
				displayCondition: '={{ $parameter["resource"] === "response" }}',
				whenToDisplay: 'beforeExecution',
				location: 'inputPane',
				type: 'info',
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'call',
				options: [
					call.resource,
					conference.resource,
					conversation.resource,
					liveAudio.resource,
					number.resource,
					recording.resource,
					response.resource,
				],
			},
			call.operation,
			conference.operation,
			conversation.operation,
			liveAudio.operation,
			number.operation,
			recording.operation,
			response.operation,
			...propertiesOf(operations),
		],
	};

	methods = {
		listSearch: {
			searchCalls,
			searchConferences,
			searchParticipants,
			searchPhoneNumbers,
			searchRecordings,
			searchTenants,
		},
	};

	webhookMethods = webhookMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations, outputsNow.call(this));
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}
}
