import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import {
	defaultModel,
	defaultTranscriptionModel,
	defaultTurnDetection,
	noiseReductionField,
	prefixPaddingField,
	reasoningEffortField,
	silenceDurationField,
	speedField,
	thresholdField,
	transcriptionModels,
	turnDetections,
	voiceField,
} from '../../shared/realtimeSessionFields';
import { given } from '../../shared/request';

const forSilence = { show: { turnDetection: ['server_vad'] } };

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
		default: defaultModel,
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
		...noiseReductionField,
		description: 'What callers speak into',
	},
	{
		...prefixPaddingField,
		displayOptions: forSilence,
		description: 'How much of the audio before the speech belongs to it',
	},
	{
		...reasoningEffortField,
		description: 'More effort answers later; GPT Realtime 2 and later',
	},
	{
		...silenceDurationField,
		// As little as the sidecar takes.
		typeOptions: { ...silenceDurationField.typeOptions, minValue: 50 },
		displayOptions: forSilence,
		description: 'The silence that ends what the caller says',
	},
	{
		...speedField,
		description: 'How fast the voice speaks, 0.25 to 1.5; 1 is its own pace',
	},
	{
		...thresholdField,
		displayOptions: forSilence,
		description: 'How loud speech has to be, 0 to 1; higher for noisy lines',
	},
	{
		displayName: 'Transcription Model',
		name: 'transcriptionModel',
		type: 'options',
		default: defaultTranscriptionModel,
		options: transcriptionModels,
		description: 'The model that writes down what callers say',
	},
	{
		displayName: 'Turn Detection',
		name: 'turnDetection',
		type: 'options',
		default: defaultTurnDetection,
		options: turnDetections,
		description: 'How the end of what the caller says is recognised. It offers more settings.',
	},
	{
		...voiceField,
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
