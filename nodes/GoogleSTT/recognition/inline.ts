import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { googleError, sendGoogle } from '../../shared/googleSpeech';
import { inParallel } from '../../shared/parallel';
import { cutsOf } from '../audio/pieces';
import type { Recording } from '../audio/recording';
import { readRecognized, type Recognized } from '../transcript/segments';
import { configOf, pathsOf } from './config';
import { speechCure } from './errors';
import { LanguageChoice } from './languageChoice';
import type { Settings } from './settings';

/**
 * A synchronous request takes 1 minute or 10 MB (cloud.google.com/speech-to-text/docs/quotas). Some room is
 * left for the frames before a cut, and for base64.
 */
export const pieceLimits = { maxMs: 55_000, maxBytes: 7_000_000 };

/** Beyond this, a bucket is the better way: it costs one request instead of hundreds. */
export const maxWithoutBucketMs = 4 * 3_600_000;

const recognizeTimeoutMs = 180_000;

export interface Outcome extends Recognized {
	/** The language that was asked for in the end. */
	language: string;
	pieces: number;
}

/**
 * Recognises a recording without a bucket: cut at pauses into pieces of less than a minute, some at a time.
 * @param concurrency how many pieces are under way at once
 */
export async function recognizeInline(
	context: IExecuteFunctions,
	recording: Recording,
	settings: Settings,
	concurrency: number,
	itemIndex: number,
): Promise<Outcome> {
	const { format, durationMs, timeline } = recording;
	if (durationMs > maxWithoutBucketMs) {
		throw new NodeOperationError(context.getNode(), 'The recording is too long', {
			itemIndex,
			description: `It lasts ${String(Math.round(durationMs / 60_000))} minutes. Up to 4 hours can be sent in pieces; for more, add the option Cloud Storage Bucket.`,
		});
	}
	const cuts = cutsOf(timeline, pieceLimits);
	const pieces = cuts.length - 1;
	if (pieces > 1 && settings.speakers) {
		throw new NodeOperationError(
			context.getNode(),
			'Speakers cannot be told apart in a recording that is sent in pieces',
			{
				itemIndex,
				description:
					'Google numbers the speakers anew in each piece, and the recording is longer than a minute. Add the option Cloud Storage Bucket, or take out the option Speakers. For a recording with a channel per party, choose Separately in the option Channels.',
			},
		);
	}
	const choice = LanguageChoice.of(context, settings);
	const { recognize: path } = pathsOf(settings, format);
	const recognized = await inParallel(pieces, concurrency, async (index) => {
		const { bytes, startMs } = recording.piece(cuts[index] ?? 0, cuts[index + 1] ?? 0);
		const content = bytes.toString('base64');
		const { reply, language } = await choice.send(async (code) => {
			const config = configOf(settings, code, format);
			const body: IDataObject =
				settings.apiVersion === 'v1' ? { config, audio: { content } } : { config, content };
			return await sendGoogle(context, {
				service: 'speech',
				method: 'POST',
				path,
				body,
				location: settings.location,
				timeoutMs: recognizeTimeoutMs,
				itemIndex,
			});
		});
		if (!reply.ok) {
			throw googleError(context, reply.failure, { itemIndex, cureOf: speechCure(settings) });
		}
		return { ...readRecognized(reply.body, startMs), language };
	});
	const billed = recognized.flatMap(({ billedDurationMs }) => billedDurationMs ?? []);
	return {
		segments: recognized.flatMap(({ segments }) => segments),
		billedDurationMs: billed.length > 0 ? billed.reduce((sum, ms) => sum + ms, 0) : null,
		language: recognized.at(-1)?.language ?? settings.language,
		pieces,
	};
}
