import { NodeOperationError, UserError } from 'n8n-workflow';
import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { ResultWithFiles } from '../../../shared/operations';
import { openRecording, type RawFormat } from '../../audio/open';
import { cutsOf } from '../../audio/pieces';
import type { Format, Recording } from '../../audio/recording';
import { pieceLimits, recognizeInline, type Outcome } from '../../recognition/inline';
import { recognizeStored } from '../../recognition/operation';
import type { Settings } from '../../recognition/settings';
import { remove, upload } from '../../recognition/storage';
import { readSource, type Source } from '../../sources/source';
import { transcriptOf } from '../../transcript/output';
import { cuesOf, toSrt, toVtt } from '../../transcript/subtitles';
import { modelFields } from './modelFields';
import { optionsField } from './options';
import {
	between,
	bucketOf,
	failing,
	readOptions,
	readSettings,
	type OutputFormat,
	type TranscribeOptions,
} from './readSettings';
import { sourceFields } from './sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...modelFields,
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		default: 'text',
		options: [
			{ name: 'Subtitles (SRT)', value: 'srt', description: 'The text, and subtitles for players' },
			{ name: 'Subtitles (VTT)', value: 'vtt', description: 'The text, and subtitles for the web' },
			{ name: 'Text', value: 'text', description: 'The text alone' },
			{
				name: 'Turns',
				value: 'turns',
				description: 'The text, and who said what and when; see the options Channels and Speakers',
			},
		],
		description: 'In which form the result is put out',
	},
	optionsField,
];

export function concurrency(this: IExecuteFunctions): number {
	const { concurrency: items = 3 } = readOptions.call(this, 0);
	return between(Number(items), 1, 20, 'Items at Once', failing.call(this, 0));
}

export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
): Promise<IDataObject | ResultWithFiles> {
	const options = readOptions.call(this, itemIndex);
	const output = String(this.getNodeParameter('output', itemIndex)) as OutputFormat;
	const settings = await readSettings.call(this, options, output, itemIndex);
	const source = await readSource.call(this, itemIndex);
	const result = await recognize.call(this, source, settings, options, itemIndex);
	const { json, turns } = transcriptOf(result.outcome, {
		words: options.wordTimes ?? false,
		turns: output === 'turns',
		alternatives: settings.maxAlternatives > 1,
		names: (options.speakerNames ?? '').split(',').map((name) => name.trim()),
	});
	const transcript: IDataObject = {
		...json,
		durationMs: result.durationMs,
		model: settings.model || null,
		apiVersion: settings.apiVersion,
		format: formatJson(result.format),
		...(result.warnings.length > 0 ? { warnings: result.warnings } : {}),
	};
	// What follows often needs the recording too: an e-mail with it, an archive.
	const files: IBinaryKeyData = { ...this.getInputData()[itemIndex]?.binary };
	if (output === 'srt' || output === 'vtt') {
		const cues = cuesOf(turns);
		const subtitles = output === 'srt' ? toSrt(cues) : toVtt(cues);
		transcript.subtitles = subtitles;
		const property = options.subtitleProperty?.trim() ?? '';
		if (property !== '') {
			files[property] = await this.helpers.prepareBinaryData(
				Buffer.from(subtitles),
				`subtitles.${output}`,
				output === 'srt' ? 'application/x-subrip' : 'text/vtt',
			);
		}
	}
	return Object.keys(files).length > 0 ? new ResultWithFiles(transcript, files) : transcript;
}

interface Result {
	outcome: Outcome;
	/** Null for a file that only Google has seen. */
	durationMs: number | null;
	format: Format | undefined;
	warnings: string[];
}

async function recognize(
	this: IExecuteFunctions,
	source: Source,
	settings: Settings,
	options: TranscribeOptions,
	itemIndex: number,
): Promise<Result> {
	const fail = failing.call(this, itemIndex);
	const minutes = between(options.waitMinutes ?? 60, 1, 1440, 'Wait at Most', fail);
	const waitMs = minutes * 60_000;
	const raw = options.rawFormat?.format;
	if (source.kind === 'stored') {
		const format = raw && rawFormat(raw);
		const outcome = await recognizeStored(this, source.uri, format, settings, waitMs, itemIndex);
		return { outcome, durationMs: null, format, warnings: [] };
	}
	const bucket = bucketOf(options, fail);
	const pieces = between(options.pieceConcurrency ?? 4, 1, 20, 'Pieces at Once', fail);
	const { bytes, mimeType, fileName } = source;
	const recording = open.call(
		this,
		() => openRecording(bytes, { ...(raw ? { raw } : {}), mimeType, fileName }, settings),
		itemIndex,
	);
	refuseWhatVersion1Lacks.call(this, recording.format, settings, itemIndex);
	const { format, durationMs } = recording;
	const heard = { durationMs: Math.round(durationMs), format };
	if (bucket === '' || cutsOf(recording.timeline, pieceLimits).length === 2) {
		const outcome = await recognizeInline(this, recording, settings, pieces, itemIndex);
		return { ...heard, outcome, warnings: [] };
	}
	return {
		...heard,
		...(await throughBucket.call(this, recording, bucket, settings, waitMs, itemIndex)),
	};
}

async function throughBucket(
	this: IExecuteFunctions,
	{ format, timeline, piece }: Recording,
	bucket: string,
	settings: Settings,
	waitMs: number,
	itemIndex: number,
): Promise<Pick<Result, 'outcome' | 'warnings'>> {
	const whole = piece(0, timeline.levels.length).bytes;
	const uri = await upload(this, bucket, whole, itemIndex);
	const warnings: string[] = [];
	let outcome: Outcome | undefined;
	try {
		outcome = await recognizeStored(this, uri, format, settings, waitMs, itemIndex);
	} finally {
		// What went wrong before is what the builder has to read.
		const left = await remove(this, uri, itemIndex);
		if (left) warnings.push(left);
		if (left && !outcome) this.logger.warn('A recording was left in Cloud Storage', { uri });
	}
	return { outcome, warnings };
}

/** cloud_speech.proto of v1, `audio_channel_count`: MP3 is not among the encodings with several channels. */
function refuseWhatVersion1Lacks(
	this: IExecuteFunctions,
	{ encoding, channels }: Format,
	settings: Settings,
	itemIndex: number,
): void {
	if (settings.apiVersion !== 'v1' || settings.channels !== 'separate') return;
	if (encoding !== 'MP3' || channels === 1) return;
	failing.call(this, itemIndex)(
		'Version 1 does not recognise the channels of an MP3 file separately',
		'Choose Version 2 in the field API, or download the recording as WAV.',
	);
}

function rawFormat({ encoding, sampleRateHz, channels }: RawFormat): Format {
	return { name: encoding, encoding, sampleRateHz, channels, selfDescribing: false };
}

function formatJson(format: Format | undefined): IDataObject | null {
	if (!format) return null;
	const { name, encoding, sampleRateHz, channels } = format;
	return { name, encoding, sampleRateHz, channels };
}

/** What is wrong with the audio, with the item that it belongs to. */
function open(this: IExecuteFunctions, read: () => Recording, itemIndex: number): Recording {
	try {
		return read();
	} catch (error) {
		const { message, description } = error as UserError;
		throw new NodeOperationError(this.getNode(), message, {
			itemIndex,
			description: description ?? 'The file is damaged. Check how it was made or downloaded.',
		});
	}
}
