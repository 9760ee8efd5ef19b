import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { searchCalls, searchRecordings } from '../TwilioVoice/methods/listSearch';
import * as audio from './actions/audio/resource';
import * as live from './actions/live/resource';
import * as model from './actions/model/resource';
import { operations } from './actions/operations';
import { getLanguages } from './methods/languages';

/** The abbreviation is written as its folder and its class are. */
const name = 'googleSTT';

export class GoogleSTT implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Google Speech-to-Text',
		name,
		icon: { light: 'file:googleSTT.svg', dark: 'file:googleSTT.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Transcribe recordings of any length, and running calls, with Google',
		defaults: { name: 'Google Speech-to-Text' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'googleSpeechApi',
				required: true,
				displayOptions: { show: { resource: ['audio', 'model'] } },
			},
			{
				name: 'twilioVoiceApi',
				required: true,
				displayOptions: { show: { audioSource: ['twilioRecording', 'twilioCall'] } },
			},
			{
				name: 'voiceSidecarApi',
				required: true,
				displayOptions: { show: { resource: ['live'] } },
			},
		],
		hints: [
			{
				message:
					'With two channels together, what both say at the same time is lost. The option Channels: Separately gives each party its own turns.',
				displayCondition:
					'={{ $parameter["resource"] === "audio" && $parameter["output"] === "turns" && !$parameter["options"]["channels"] && !$parameter["options"]["speakers"] }}',
				whenToDisplay: 'beforeExecution',
				location: 'ndv',
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'audio',
				options: [audio.resource, live.resource, model.resource],
			},
			audio.operation,
			live.operation,
			model.operation,
			...propertiesOf(operations),
		],
	};

	methods = {
		listSearch: { searchCalls, searchRecordings },
		loadOptions: { getLanguages },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperations.call(this, operations);
	}
}
