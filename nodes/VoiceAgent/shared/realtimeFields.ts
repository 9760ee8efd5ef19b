import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { voices } from '../../OpenAiRealtime/shared/models';
import { given } from '../../shared/request';

const forSilence = { show: { turnDetection: ['server_vad'] } };

const titleCase = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const settings: INodeProperties[] = [
	{
		displayName: 'Eagerness',
		name: 'eagerness',
		type: 'options',
		default: 'auto',
		options: [
			{ name: 'Auto', value: 'auto' },
			{ name: 'High', value: 'high', description: 'Waits least' },
			{ name: 'Low', value: 'low', description: 'Lets callers think for long' },
			{ name: 'Medium', value: 'medium' },
		],
		displayOptions: { show: { turnDetection: ['semantic_vad'] } },
		description: 'How soon a pause ends what the caller says',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'options',
		default: 'gpt-realtime-2.1',
		options: [
			{ name: 'GPT Realtime 1.5', value: 'gpt-realtime-1.5' },
			{ name: 'GPT Realtime 2', value: 'gpt-realtime-2' },
			{ name: 'GPT Realtime 2.1', value: 'gpt-realtime-2.1' },
			{
				name: 'GPT Realtime 2.1 Mini',
				value: 'gpt-realtime-2.1-mini',
				description: 'Costs less, and understands less',
			},
		],
		description: 'Which model hears and speaks',
	},
	{
		displayName: 'Noise Reduction',
		name: 'noiseReduction',
		type: 'options',
		default: 'near_field',
		options: [
			{ name: 'Hands-Free or Room (Far Field)', value: 'far_field' },
			{ name: 'Off', value: 'none' },
			{ name: 'Phone or Headset (Near Field)', value: 'near_field' },
		],
		description: 'What callers speak into',
	},
	{
		displayName: 'Prefix Padding (Ms)',
		name: 'prefixPaddingMs',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 5000 },
		default: 300,
		displayOptions: forSilence,
		description: 'How much of the audio before the speech belongs to it',
	},
	{
		displayName: 'Reasoning Effort',
		name: 'reasoningEffort',
		type: 'options',
		default: 'low',
		options: [
			{ name: 'Extra High', value: 'xhigh' },
			{ name: 'High', value: 'high' },
			{ name: 'Low', value: 'low' },
			{ name: 'Medium', value: 'medium' },
			{ name: 'Minimal', value: 'minimal' },
		],
		description: 'More effort answers later; GPT Realtime 2 and later',
	},
	{
		displayName: 'Silence Duration (Ms)',
		name: 'silenceDurationMs',
		type: 'number',
		typeOptions: { minValue: 50, maxValue: 10000 },
		default: 500,
		displayOptions: forSilence,
		description: 'The silence that ends what the caller says',
	},
	{
		displayName: 'Speed',
		name: 'speed',
		type: 'number',
		typeOptions: { minValue: 0.25, maxValue: 1.5, numberPrecision: 2 },
		default: 1,
		description: 'How fast the voice speaks, 0.25 to 1.5; 1 is its own pace',
	},
	{
		displayName: 'Threshold',
		name: 'threshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.5,
		displayOptions: forSilence,
		description: 'How loud speech has to be, 0 to 1; higher for noisy lines',
	},
	{
		displayName: 'Transcription Model',
		name: 'transcriptionModel',
		type: 'options',
		default: 'gpt-transcribe',
		options: [
			{ name: 'GPT Live Transcribe', value: 'gpt-live-transcribe' },
			{ name: 'GPT Realtime Whisper', value: 'gpt-realtime-whisper' },
			{ name: 'GPT Transcribe', value: 'gpt-transcribe' },
		],
		description: 'The model that writes down what callers say',
	},
	{
		displayName: 'Turn Detection',
		name: 'turnDetection',
		type: 'options',
		default: 'semantic_vad',
		options: [
			{
				name: 'Semantic',
				value: 'semantic_vad',
				description: 'The turn ends when what was said is complete',
			},
			{ name: 'Silence', value: 'server_vad', description: 'The turn ends after a silence' },
		],
		description: 'How the end of what the caller says is recognised. It offers more settings.',
	},
	{
		displayName: 'Voice',
		name: 'voice',
		type: 'options',
		default: 'marin',
		options: voices.map((name) => ({ name: titleCase(name), value: name })),
		description: 'The voice of the model. Marin and Cedar sound best.',
	},
];

/** How a tenant's agents hold a conversation speech to speech. */
export const realtimeField: INodeProperties = {
	displayName: 'Realtime',
	name: 'realtime',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	options: settings,
	description:
		'For the realtime pipeline. What is not added is as the voice sidecar has it by itself.',
};

const tuning = {
	semantic_vad: ['eagerness'],
	server_vad: ['threshold', 'prefixPaddingMs', 'silenceDurationMs'],
} as const;

/**
 * The collection as the sidecar takes it; undefined when nothing was added.
 * @throws {NodeOperationError} for tuning without the turn detection that it belongs to
 */
export function readRealtime(this: IExecuteFunctions, itemIndex: number): IDataObject | undefined {
	const fields = this.getNodeParameter('realtime', itemIndex, {}) as IDataObject;
	const { turnDetection, noiseReduction, ...others } = fields;
	const plain = { ...others };
	const chosen: IDataObject = {};
	for (const [type, names] of Object.entries(tuning)) {
		for (const name of names) {
			if (plain[name] === undefined) continue;
			if (type !== turnDetection) throw withoutDetection.call(this, name, type, itemIndex);
			chosen[name] = plain[name];
			delete plain[name];
		}
	}
	const realtime = {
		...given(plain),
		...(turnDetection === undefined ? {} : { turnDetection: { type: turnDetection, ...chosen } }),
		...(noiseReduction === undefined
			? {}
			: { noiseReduction: noiseReduction === 'none' ? null : noiseReduction }),
	};
	return Object.keys(realtime).length > 0 ? realtime : undefined;
}

function withoutDetection(
	this: IExecuteFunctions,
	name: string,
	type: string,
	itemIndex: number,
): NodeOperationError {
	const label = settings.find((field) => field.name === name)?.displayName ?? name;
	const detection = type === 'server_vad' ? 'Silence' : 'Semantic';
	return new NodeOperationError(this.getNode(), `${label} needs the turn detection ${detection}`, {
		itemIndex,
		description: `Add Turn Detection: ${detection} under Realtime, or remove ${label}.`,
	});
}
