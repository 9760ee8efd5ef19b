import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import * as call from './actions/call/resource';
import { operations } from './actions/operations';
import * as response from './actions/response/resource';
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
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'twilioVoiceApi',
				required: true,
				displayOptions: { show: { resource: ['call'] } },
			},
		],
		hints: [
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
				options: [call.resource, response.resource],
			},
			call.operation,
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
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations);
	}
}
