import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { pause } from '../../../shared/googleSpeech';
import { formats, isTelephoneMulaw, type AudioFormat, type FormatName } from '../../audio/formats';
import { errorOfItem } from '../../../shared/operations';
import { fail } from '../../shared/fail';
import { familyOf, traitsOf } from '../../shared/families';
import { chosenVoice, type ChosenVoice } from '../../shared/voices';
import { billedCharacters, readInput, type SpeechInput } from '../../synthesis/input';
import { inParallel } from '../../../shared/parallel';
import {
	cachedPhrase,
	hasSidecar,
	mostCachedCharacters,
	sidecarVoice,
} from '../../synthesis/phraseCache';
import { RequestGate } from '../../synthesis/requestGate';
import { joined, speak } from '../../synthesis/speak';
import {
	audioConfigOf,
	fileNameOf,
	readOptions,
	wholeNumber,
	type SpeechOptions,
} from '../../synthesis/options';

export { description } from './synthesizeFields';

interface Speech {
	input: SpeechInput;
	voice: ChosenVoice;
	formatName: FormatName;
	format: AudioFormat;
	options: SpeechOptions;
	audioConfig: IDataObject;
}

export async function executeAll(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const count = this.getInputData().length;
	if (count === 0) return [];
	const gate = gateOf(this);
	const uncached: number[] = [];
	const results = await inParallel(count, gate.parallel, async (itemIndex) => {
		try {
			const result = await synthesize(this, itemIndex, gate);
			const wantsCache = hasSidecar(this) && readOptions(this, itemIndex).useCache !== false;
			if (wantsCache && result.json.cache === 'off') uncached.push(itemIndex);
			return result;
		} catch (error) {
			if (!this.continueOnFail()) throw errorOfItem(this, error, itemIndex);
			return { json: { error: (error as Error).message }, pairedItem: { item: itemIndex } };
		}
	});
	if (uncached.length > 0) {
		this.addExecutionHints({
			location: 'outputPane',
			message: `${String(uncached.length)} of ${String(count)} items did not use the phrase cache: it keeps plain text of at most ${String(mostCachedCharacters)} characters as µ-law for the telephone, without pitch, gain or effects.`,
		});
	}
	return results;
}

/** One for all items: the limits are those of the account. */
function gateOf(context: IExecuteFunctions): RequestGate {
	const options = readOptions(context, 0);
	const family = familyOf(String(voiceValue(context, 0)));
	return new RequestGate({
		parallel: wholeNumber(context, 'Parallel Requests', options.parallel ?? 4, 1, 20),
		perMinute: wholeNumber(
			context,
			'Requests per Minute',
			options.requestsPerMinute ?? traitsOf(family).requestsPerMinute,
			1,
			100_000,
		),
		now: () => Date.now(),
		wait: async (ms) => await pause(context, ms),
	});
}

async function synthesize(
	context: IExecuteFunctions,
	itemIndex: number,
	gate: RequestGate,
): Promise<INodeExecutionData> {
	const speech = readSpeech(context, itemIndex);
	const { input, voice, formatName, format, options } = speech;
	const isCacheable = hasSidecar(context) && canBeCached(speech);
	const { bytes, durationMs, cache } = isCacheable
		? await fromCache(context, itemIndex, speech, gate)
		: { ...(await speak(context, itemIndex, speech, gate)), cache: 'off' };
	const file = await context.helpers.prepareBinaryData(
		bytes,
		fileNameOf(options, format),
		format.mimeType,
	);
	return {
		json: {
			characters: input.characters,
			billedCharacters: cache === 'hit' ? 0 : billedCharacters(input),
			durationMs: Math.round(durationMs),
			voice: voice.name,
			format: formatName,
			sizeBytes: bytes.length,
			chunks: input.pieces.length,
			cache,
		},
		binary: { [options.binaryPropertyName?.trim() || 'data']: file },
		pairedItem: { item: itemIndex },
	};
}

function readSpeech(context: IExecuteFunctions, itemIndex: number): Speech {
	const voice = readVoice(context, itemIndex);
	const formatName = context.getNodeParameter('format', itemIndex) as FormatName;
	const format = formats[formatName];
	if (!format) {
		fail(
			context,
			itemIndex,
			`The node has no format "${String(formatName)}"`,
			`Give the field Format one of ${Object.keys(formats).join(', ')}.`,
		);
	}
	const options = readOptions(context, itemIndex);
	return {
		voice,
		formatName,
		format,
		options,
		audioConfig: audioConfigOf(context, itemIndex, { voice, format, options }),
		input: readInput(context, itemIndex, voice),
	};
}

function readVoice(context: IExecuteFunctions, itemIndex: number): ChosenVoice {
	return chosenVoice(
		context,
		itemIndex,
		voiceValue(context, itemIndex),
		String(context.getNodeParameter('language', itemIndex, '')),
	);
}

function voiceValue(context: IExecuteFunctions, itemIndex: number): unknown {
	return context.getNodeParameter('voice', itemIndex, '', { extractValue: true });
}

/** The sidecar knows a text, a voice and a rate; everything else Google has to make anew. */
function canBeCached({ input, formatName, options, audioConfig }: Speech): boolean {
	const known = ['speakingRate', 'sampleRateHertz'];
	return (
		options.useCache !== false &&
		input.kind === 'text' &&
		input.characters <= mostCachedCharacters &&
		isTelephoneMulaw(formatName) &&
		Object.keys(audioConfig).every((name) => known.includes(name))
	);
}

async function fromCache(
	context: IExecuteFunctions,
	itemIndex: number,
	{ input, voice, format, options }: Speech,
	gate: RequestGate,
) {
	const { audio, wasCached } = await gate.run(
		async () =>
			await cachedPhrase(context, itemIndex, {
				text: input.pieces.join(' '),
				voice: sidecarVoice(voice, options.speakingRate),
				tenant: options.tenant,
			}),
	);
	return { ...joined(context, itemIndex, format, [audio]), cache: wasCached ? 'hit' : 'miss' };
}
