import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import * as call from './actions/call/resource';
import * as clientSecret from './actions/clientSecret/resource';
import { operations } from './actions/operations';
import * as session from './actions/session/resource';
import { searchRealtimeModels } from './methods/models';

export class OpenAiRealtime implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Realtime',
		name: 'openAiRealtime',
		icon: { light: 'file:openAiRealtime.svg', dark: 'file:openAiRealtime.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Accept, transfer and end phone calls that a realtime model of OpenAI holds',
		defaults: { name: 'OpenAI Realtime' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceOpenAiApi', required: true }],
		hints: [
			{
				message:
					'The caller hears ringing until the call is accepted. Keep slow nodes behind this one, not before it.',
				displayCondition:
					'={{ $parameter["resource"] === "call" && $parameter["operation"] === "accept" }}',
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
				options: [clientSecret.resource, session.resource, call.resource],
			},
			clientSecret.operation,
			session.operation,
			call.operation,
			...propertiesOf(operations),
		],
	};

	methods = { listSearch: { searchRealtimeModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations);
	}
}
