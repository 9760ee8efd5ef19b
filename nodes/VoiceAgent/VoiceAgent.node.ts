import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	ExpressionString,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { operations } from './actions/operations';
import { searchTenants } from './methods/tenants';

const outputsExpression: ExpressionString = `={{ $parameter["resource"] === "session" ? [{ type: "${NodeConnectionTypes.Main}", displayName: "Connect" }, { type: "${NodeConnectionTypes.Main}", displayName: "Declined" }] : [{ type: "${NodeConnectionTypes.Main}" }] }}`;

export class VoiceAgent implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Agent',
		name: 'voiceAgent',
		icon: { light: 'file:voiceAgent.svg', dark: 'file:voiceAgent.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Let an AI agent hold phone conversations, and read what was said',
		defaults: { name: 'Voice Agent' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsExpression,
		credentials: [{ name: 'voiceSidecarApi', required: true }],
		sensitiveOutputFields: ['token'],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'session',
				options: [
					{ name: 'Call', value: 'call' },
					{ name: 'Session', value: 'session' },
					{ name: 'Tenant', value: 'tenant' },
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['session'] } },
				default: 'start',
				options: [
					{
						name: 'Start',
						value: 'start',
						action: 'Start a session',
						description: 'Ask whether a call may be connected to an agent, and how',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['call'] } },
				default: 'get',
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get a call with its transcript',
						description: 'Read one conversation, turn by turn',
					},
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many calls',
						description: 'List conversations, newest first',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['tenant'] } },
				default: 'resolve',
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get a tenant',
						description: 'Read one tenant',
					},
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many tenants',
						description: 'List the tenants that the API key sees',
					},
					{
						name: 'Resolve',
						value: 'resolve',
						action: 'Resolve a phone number to its tenant',
						description: 'Find out whose number it is',
					},
				],
			},
			...propertiesOf(operations),
		],
	};

	methods = { listSearch: { searchTenants } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const outputs = this.getNodeParameter('resource', 0) === 'session' ? 2 : 1;
		return await runOperations.call(this, operations, outputs);
	}
}
