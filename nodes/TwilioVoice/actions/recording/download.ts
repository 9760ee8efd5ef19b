import { NodeOperationError, sleep } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { ResultWithFiles } from '../../../shared/operations';
import type { FileReply } from '../../../shared/request';
import { checkRange, readSid } from '../../shared/checks';
import { recordingField } from '../../shared/locators';
import { recordingOutput } from '../../shared/outputs';
import { twilioFile, twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	recordingField,
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		default: 'wav',
		options: [
			{ name: 'MP3', value: 'mp3', description: 'Small, to listen to' },
			{ name: 'WAV', value: 'wav', description: 'Unaltered, to transcribe' },
		],
		description: 'The format of the file',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Channels',
				name: 'channels',
				type: 'options',
				default: '2',
				options: [
					{ name: 'One', value: '1', description: 'Both sides mixed' },
					{
						name: 'Two',
						value: '2',
						description: 'Each side in a channel of its own; for recordings with two channels',
					},
				],
				description: 'Without this option the file has as many channels as the recording',
			},
			{
				displayName: 'File Name',
				name: 'fileName',
				type: 'string',
				default: '',
				placeholder: 'call.wav',
				description: 'Without this option the file is called by the SID of the recording',
			},
			{
				displayName: 'Wait at Most (Seconds)',
				name: 'waitSeconds',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 600 },
				default: 60,
				description: 'How long to wait for a recording that Twilio has not finished yet',
			},
		],
	},
];

interface DownloadOptions {
	channels?: string;
	fileName?: string;
	waitSeconds?: number;
}

const pollEveryMs = 2000;
const mimeTypes: Record<string, string> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
): Promise<ResultWithFiles> {
	const sid = readSid.call(this, 'Recording', 'recordingSid', itemIndex, 'Recording');
	const options = this.getNodeParameter('options', itemIndex, {}) as DownloadOptions;
	const format = String(this.getNodeParameter('format', itemIndex));
	const property = String(this.getNodeParameter('binaryPropertyName', itemIndex));
	const waitMs =
		(checkRange.call(this, options.waitSeconds, [0, 600], 'Wait at Most', itemIndex) ?? 0) * 1000;
	const recording = await whenComplete.call(this, sid, waitMs, itemIndex);
	const file = await twilioFile(
		this,
		`/Recordings/${sid}.${format}`,
		{ RequestedChannels: options.channels },
		itemIndex,
	);
	const name = options.fileName?.trim() || `${sid}.${format}`;
	const binary = await keep.call(this, file, name, mimeTypes[format] ?? '', itemIndex);
	return new ResultWithFiles(recordingOutput(recording), { [property]: binary });
}

/** Reads the recording until it is complete; without a wait it has to be. */
async function whenComplete(
	this: IExecuteFunctions,
	sid: string,
	waitMs: number,
	itemIndex: number,
): Promise<IDataObject> {
	const path = `/Recordings/${sid}.json`;
	let leftMs = waitMs;
	for (;;) {
		const recording = await twilioRequest(this, { method: 'GET', path, itemIndex });
		if (recording.status === 'completed') return recording;
		if (recording.status === 'absent') {
			throw new NodeOperationError(this.getNode(), 'The recording has no audio', {
				itemIndex,
				description: `It was too short or silent.${recording.error_code ? ` Twilio error ${String(recording.error_code)}.` : ''}`,
			});
		}
		if (leftMs <= 0 || this.getExecutionCancelSignal()?.aborted) {
			throw new NodeOperationError(this.getNode(), 'The recording is not ready', {
				itemIndex,
				description: `Its status is "${String(recording.status)}". Raise the option Wait at Most, or start the workflow with the event Recording Ready of the Twilio Voice Trigger.`,
			});
		}
		const stepMs = Math.min(pollEveryMs, leftMs);
		await sleep(stepMs);
		leftMs -= stepMs;
	}
}

async function keep(
	this: IExecuteFunctions,
	{ stream, contentType }: FileReply,
	fileName: string,
	mimeType: string,
	itemIndex: number,
) {
	if (!contentType.startsWith('audio/')) {
		stream.destroy();
		throw new NodeOperationError(this.getNode(), 'Twilio sent no audio', {
			itemIndex,
			description: `It sent ${contentType || 'something without a type'}. Check the API base URL in the credential and any proxy before it.`,
		});
	}
	try {
		return await this.helpers.prepareBinaryData(stream, fileName, mimeType);
	} catch (error) {
		throw new NodeOperationError(
			this.getNode(),
			'The recording was cut off while it was downloaded',
			{
				itemIndex,
				description: `${(error as Error).message}. Try again, or turn on Retry On Fail in the settings of the node.`,
			},
		);
	}
}
