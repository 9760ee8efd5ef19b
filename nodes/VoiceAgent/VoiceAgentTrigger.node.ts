import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { searchTenants } from './methods/tenants';
import { properties } from './trigger/properties';
import { receive } from './trigger/receive';
import { isRegistered, register, unregister } from './trigger/registration';

export class VoiceAgentTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Agent Trigger',
		name: 'voiceAgentTrigger',
		icon: { light: 'file:voiceAgent.svg', dark: 'file:voiceAgent.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["mode"] === "tool" ? "tool: " + $parameter["toolName"] : $parameter["events"].join(", ") }}',
		description:
			"Starts the workflow on what happens in an agent's calls, or when an agent needs an answer",
		defaults: { name: 'Voice Agent Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceSidecarApi', required: true }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: '={{ $parameter["mode"] === "tool" ? "lastNode" : "onReceived" }}',
				responseData: '={{ $parameter["mode"] === "tool" ? "firstEntryJson" : "noData" }}',
				path: 'agent',
			},
		],
		triggerPanel: {
			header: 'Make a call to see its data here',
			executionsHelp: {
				inactive:
					'While you listen, the trigger registers its test address with the voice sidecar. Published, the workflow runs by itself.',
				active:
					'This workflow runs by itself. For a test, listen here: the test address is registered with the voice sidecar meanwhile.',
			},
			activationHint:
				'When you have finished building your workflow, publish it to have it run by itself.',
		},
		eventTriggerDescription: 'Waiting for a call',
		activationMessage: 'The voice sidecar now calls this workflow.',
		properties,
	};

	methods = { listSearch: { searchTenants } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await isRegistered.call(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await register.call(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await unregister.call(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}
}
