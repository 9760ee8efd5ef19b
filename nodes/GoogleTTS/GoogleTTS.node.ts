import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { searchTenants } from '../VoiceAgent/methods/tenants';
import { batchOperations, operations } from './actions/operations';
import * as phraseCache from './actions/phraseCache/resource';
import * as speech from './actions/speech/resource';
import * as voice from './actions/voice/resource';
import { getLanguages, searchVoices } from './methods/voices';

/** The abbreviation as Google writes it, in the class, the file and here. n8n's linter would have it `Tts`. */
const name = 'googleTTS';

export class GoogleTTS implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Google Text-to-Speech',
		name,
		icon: { light: 'file:googleTTS.svg', dark: 'file:googleTTS.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Turn text into speech with the voices of Google, also in the formats of the telephone',
		defaults: { name: 'Google Text-to-Speech' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'googleSpeechApi',
				required: true,
				displayOptions: { show: { resource: ['speech', 'voice'] } },
			},
			{
				// Optional for speech, where it is the way to the phrase cache.
				name: 'voiceSidecarApi',
				required: false,
				displayOptions: { show: { resource: ['speech', 'phraseCache'] } },
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'speech',
				options: [phraseCache.resource, speech.resource, voice.resource],
			},
			phraseCache.operation,
			speech.operation,
			voice.operation,
			...propertiesOf(operations),
			...propertiesOf(batchOperations),
		],
	};

	methods = {
		listSearch: { searchTenants, searchVoices },
		loadOptions: { getLanguages },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		const batch = batchOperations[resource]?.[this.getNodeParameter('operation', 0)];
		return batch ? [await batch.executeAll.call(this)] : await runOperations.call(this, operations);
	}
}
