import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { propertiesOf, runOperations } from '../shared/operations';
import { searchCalls, searchRecordings } from '../TwilioVoice/methods/listSearch';
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
				options: [
					{ name: 'Audio', value: 'audio', description: 'A recording' },
					{ name: 'Live', value: 'live', description: 'A call that is going on' },
					{ name: 'Model', value: 'model', description: 'What Google recognises with' },
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['audio'] } },
				default: 'transcribe',
				options: [
					{
						name: 'Transcribe',
						value: 'transcribe',
						action: 'Transcribe a recording',
						description: 'Turn a recording of any length into text, turns or subtitles',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['live'] } },
				default: 'start',
				options: [
					{
						name: 'Start',
						value: 'start',
						action: 'Start a live transcription',
						description: 'Have a running call transcribed while it goes on',
					},
					{
						name: 'Stop',
						value: 'stop',
						action: 'Stop a live transcription',
						description: 'End it before the call ends',
					},
				],
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['model'] } },
				default: 'getMany',
				options: [
					{
						name: 'Get Languages',
						value: 'getLanguages',
						action: 'Get the languages',
						description: 'List the languages and which models know them',
					},
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many models',
						description: 'List the models with their languages and features',
					},
				],
			},
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
