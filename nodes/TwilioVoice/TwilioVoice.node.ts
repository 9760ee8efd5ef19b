import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { operations } from './actions/operations';
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
				options: [
					{ name: 'Call', value: 'call' },
					{ name: 'Respond to Call', value: 'response' },
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['call'] } },
				default: 'make',
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get a call',
						description: 'Read the state of a call',
					},
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many calls',
						description: 'List the calls of the account, newest first',
					},
					{
						name: 'Hang Up',
						value: 'hangUp',
						action: 'Hang up a call',
						description: 'End a call that rings or is in progress',
					},
					{
						name: 'Make',
						value: 'make',
						action: 'Make a call',
						description: 'Call somebody, and say a text, follow TwiML or connect an AI agent',
					},
					{
						name: 'Update',
						value: 'update',
						action: 'Update a call',
						description: 'Give a call in progress new instructions',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['response'] } },
				default: 'connect',
				options: [
					{
						name: 'Connect to AI Agent',
						value: 'connect',
						action: 'Respond by connecting to an AI agent',
						description: 'Connect the waiting call to a session of the Voice Agent node',
					},
					{
						name: 'Hang Up',
						value: 'hangUp',
						action: 'Respond by hanging up',
						description: 'End the waiting call without a word',
					},
					{
						name: 'Play',
						value: 'play',
						action: 'Respond by playing audio',
						description: 'Play an audio file and hang up',
					},
					{
						name: 'Reject',
						value: 'reject',
						action: 'Respond by rejecting the call',
						description: 'Refuse the waiting call before it is answered',
					},
					{
						name: 'Say',
						value: 'say',
						action: 'Respond by saying a text',
						description: 'Say a text and hang up',
					},
				],
			},
			...propertiesOf(operations),
		],
	};

	methods = { listSearch: { searchPhoneNumbers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations);
	}
}
