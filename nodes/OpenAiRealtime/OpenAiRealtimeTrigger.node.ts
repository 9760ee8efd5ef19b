import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { openAiCredential } from './transport/openAi';
import { properties } from './trigger/properties';
import { receive } from './trigger/receive';

export class OpenAiRealtimeTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'OpenAI Realtime Trigger',
		name: 'openAiRealtimeTrigger',
		icon: { light: 'file:openAiRealtime.svg', dark: 'file:openAiRealtime.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when somebody calls the SIP address of an OpenAI project',
		defaults: { name: 'OpenAI Realtime Trigger' },
		inputs: [],
		// A session of the Voice Agent sends its token in the SIP headers.
		sensitiveOutputFields: ['sipHeaders[*].value', 'customHeaders.x-session-token'],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: openAiCredential, required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'openai' }],
		triggerPanel: {
			header: 'Call the SIP address of the project to see its data here',
			executionsHelp: {
				inactive:
					'Copy the test URL into a webhook of the OpenAI project and its secret into the credential, listen here, then call. Published, the workflow answers by itself at its production URL.',
				active:
					'This workflow answers by itself at its production URL. For a test, point a second webhook of the OpenAI project to the test URL, and add its secret to the one in the credential.',
			},
			activationHint:
				'When you have finished building your workflow, publish it to have it answer calls.',
		},
		eventTriggerDescription: 'Waiting for a call to the SIP address of the project',
		activationMessage: 'Calls to the SIP address of the project now start this workflow.',
		properties,
	};

	webhookMethods = {
		default: {
			/** Without the secret every webhook would be refused: better told now. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const { webhookSecret } = await this.getCredentials<{ webhookSecret?: string }>(
					openAiCredential,
				);
				if (webhookSecret) return true;
				throw new NodeOperationError(this.getNode(), 'The credential has no Webhook Secret', {
					description:
						'OpenAI shows it (whsec_…) when the webhook is created under Settings > Project > Webhooks. Without it nobody could tell its webhooks from forged ones.',
				});
			},
			/** Webhooks of a project are set by hand: OpenAI has no API for it. */
			async create(): Promise<boolean> {
				return true;
			},
			async delete(): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}
}
