import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { checkRange, optionalUrl } from './checks';

/** https://www.twilio.com/docs/voice/answering-machine-detection */
export const machineDetectionFields: INodeProperties[] = [
	{
		displayName: 'Answering Machine Detection',
		name: 'machineDetection',
		type: 'options',
		default: 'off',
		options: [
			{
				name: 'Before the Call Goes On',
				value: 'sync',
				description:
					'The called person hears nothing until Twilio knows who answered, up to some seconds',
			},
			{
				name: 'In the Background',
				value: 'async',
				description: 'The call goes on at once; the result is reported to an address',
			},
			{ name: 'Off', value: 'off' },
		],
		description: 'Whether Twilio finds out if a human or a machine answered, which it charges for',
	},
	{
		displayName: 'Detection Callback URL',
		name: 'detectionCallback',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'https://n8n.example.com/webhook/…/voice?event=amd',
		displayOptions: { show: { machineDetection: ['async'] } },
		description:
			'Where Twilio reports who answered: the address of a Twilio Voice Trigger, with ?event=amd behind it',
	},
	{
		displayName: 'Detection Options',
		name: 'detectionOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { machineDetection: ['async', 'sync'] } },
		options: [
			{
				displayName: 'Give Up After (Seconds)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 3, maxValue: 59 },
				default: 30,
				description: 'After this time the result is "unknown"',
			},
			{
				displayName: 'Silence at the Beginning (Ms)',
				name: 'silenceTimeoutMs',
				type: 'number',
				typeOptions: { minValue: 2000, maxValue: 10000 },
				default: 5000,
				description: 'After this much silence without speech the result is "unknown"',
			},
			{
				displayName: 'Silence That Ends Speech (Ms)',
				name: 'speechEndThresholdMs',
				type: 'number',
				typeOptions: { minValue: 500, maxValue: 5000 },
				default: 1200,
				description: 'How long a pause is the end of what was said',
			},
			{
				displayName: 'Speech of a Machine From (Ms)',
				name: 'speechThresholdMs',
				type: 'number',
				typeOptions: { minValue: 1000, maxValue: 6000 },
				default: 2400,
				description: 'Who speaks for longer than this is taken for a machine',
			},
			{
				displayName: 'Wait For',
				name: 'mode',
				type: 'options',
				default: 'Enable',
				options: [
					{
						name: 'The End of the Greeting',
						value: 'DetectMessageEnd',
						description: 'To leave a message on the machine',
					},
					{
						name: 'Who Answered',
						value: 'Enable',
						description: 'As soon as it is known',
					},
				],
				description: 'When the result is reported',
			},
		],
	},
];

interface DetectionOptions {
	mode?: string;
	silenceTimeoutMs?: number;
	speechEndThresholdMs?: number;
	speechThresholdMs?: number;
	timeout?: number;
}

/** The fields of a call request that ask for detection; none when it is off. */
export function machineDetectionForm(
	this: IExecuteFunctions,
	itemIndex: number,
	sendDigits: string | undefined,
): IDataObject {
	const kind = this.getNodeParameter('machineDetection', itemIndex, 'off');
	if (kind === 'off') return {};
	if (sendDigits !== undefined) {
		throw new NodeOperationError(
			this.getNode(),
			'Twilio detects no answering machine in a call that sends digits',
			{
				itemIndex,
				description: 'Turn Answering Machine Detection off, or remove the option Send Digits.',
			},
		);
	}
	const options = this.getNodeParameter('detectionOptions', itemIndex, {}) as DetectionOptions;
	const range = (
		value: number | undefined,
		limits: [number, number],
		label: string,
		unit?: string,
	) => checkRange.call(this, value, limits, label, itemIndex, unit);
	return {
		MachineDetection: options.mode ?? 'Enable',
		MachineDetectionTimeout: range(options.timeout, [3, 59], 'Give Up After'),
		MachineDetectionSpeechThreshold: range(
			options.speechThresholdMs,
			[1000, 6000],
			'Speech of a Machine From',
			'milliseconds',
		),
		MachineDetectionSpeechEndThreshold: range(
			options.speechEndThresholdMs,
			[500, 5000],
			'Silence That Ends Speech',
			'milliseconds',
		),
		MachineDetectionSilenceTimeout: range(
			options.silenceTimeoutMs,
			[2000, 10_000],
			'Silence at the Beginning',
			'milliseconds',
		),
		...(kind === 'async' ? asyncForm.call(this, itemIndex) : {}),
	};
}

function asyncForm(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const given = String(this.getNodeParameter('detectionCallback', itemIndex, '') ?? '');
	const url = optionalUrl.call(this, given, 'Detection Callback URL', itemIndex);
	if (url !== undefined) {
		return {
			// A string in Twilio's API, not a boolean.
			AsyncAmd: 'true',
			AsyncAmdStatusCallback: url,
			AsyncAmdStatusCallbackMethod: 'POST',
		};
	}
	throw new NodeOperationError(this.getNode(), 'The field Detection Callback URL is empty', {
		itemIndex,
		description:
			'Without it nobody learns who answered: give the address of a Twilio Voice Trigger.',
	});
}
