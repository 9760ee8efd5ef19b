import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	ExpressionString,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import * as call from './actions/call/resource';
import * as callback from './actions/callback/resource';
import * as consent from './actions/consent/resource';
import * as contact from './actions/contact/resource';
import * as cost from './actions/cost/resource';
import * as doNotCall from './actions/doNotCall/resource';
import * as knowledge from './actions/knowledge/resource';
import { operations } from './actions/operations';
import * as phraseCache from './actions/phraseCache/resource';
import * as session from './actions/session/resource';
import * as tenant from './actions/tenant/resource';
import * as transcription from './actions/transcription/resource';
import {
	searchCalls,
	searchContacts,
	searchDocuments,
	searchTranscriptions,
} from './methods/listSearch';
import { searchTenants } from './methods/tenants';

/** A session's answer may be no, and leaves by its own output then. The editor evaluates this, too. */
const outputsExpression: ExpressionString = `={{ ($parameter["resource"] !== "session" ? [undefined] : $parameter["operation"] === "answerSipCall" ? ["Answered", "Not Answered"] : ["Connect", "Declined"]).map((displayName) => ({ type: "${NodeConnectionTypes.Main}", displayName })) }}`;

export class VoiceAgent implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Agent',
		name: 'voiceAgent',
		icon: { light: 'file:voiceAgent.svg', dark: 'file:voiceAgent.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Let an AI agent hold phone conversations, read what was said, and keep what it needs to know',
		defaults: { name: 'Voice Agent' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsExpression,
		credentials: [{ name: 'voiceSidecarApi', required: true }],
		sensitiveOutputFields: ['token', 'sip.uri'],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'session',
				options: [
					call.resource,
					callback.resource,
					consent.resource,
					contact.resource,
					cost.resource,
					doNotCall.resource,
					knowledge.resource,
					phraseCache.resource,
					session.resource,
					tenant.resource,
					transcription.resource,
				],
			},
			call.operation,
			callback.operation,
			consent.operation,
			contact.operation,
			cost.operation,
			doNotCall.operation,
			knowledge.operation,
			phraseCache.operation,
			session.operation,
			tenant.operation,
			transcription.operation,
			...propertiesOf(operations),
		],
	};

	methods = {
		listSearch: {
			searchCalls,
			searchContacts,
			searchDocuments,
			searchTenants,
			searchTranscriptions,
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const outputs = this.getNodeParameter('resource', 0) === 'session' ? 2 : 1;
		return await runOperations.call(this, operations, outputs);
	}
}
