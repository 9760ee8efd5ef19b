import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { given } from '../../shared/request';
import type { AudioFormat } from '../audio/formats';
import { fail } from '../shared/fail';
import { traitsOf } from '../shared/families';
import type { ChosenVoice } from '../shared/voices';

export interface SpeechOptions {
	binaryPropertyName?: string;
	effectsProfiles?: string[];
	fileName?: string;
	gainDb?: number;
	parallel?: number;
	pitch?: number;
	requestsPerMinute?: number;
	sampleRateHz?: number;
	speakingRate?: number;
	/** Slug or ID; '' when none is chosen. */
	tenant: string;
	useCache?: boolean;
}

export function readOptions(context: IExecuteFunctions, itemIndex: number): SpeechOptions {
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const tenant = context.getNodeParameter('options.tenant', itemIndex, '', { extractValue: true });
	return { ...options, tenant: String(tenant ?? '').trim() };
}

/** What Google is told about the audio besides its encoding. Only what differs from its defaults. */
export function audioConfigOf(
	context: IExecuteFunctions,
	itemIndex: number,
	{ voice, format, options }: { voice: ChosenVoice; format: AudioFormat; options: SpeechOptions },
): IDataObject {
	const check = (label: string, value: unknown, least: number, most: number) =>
		inRange(context, itemIndex, label, value, least, most);
	const traits = traitsOf(voice.family);
	const speakingRate = check('Speaking Rate', options.speakingRate, 0.25, 2);
	const pitch = check('Pitch', options.pitch, -20, 20);
	const volumeGainDb = check('Gain', options.gainDb, -96, 16);
	if (pitch && !traits.pitch) refuse(context, itemIndex, voice, 'Pitch', 'pitch');
	if (speakingRate !== undefined && speakingRate !== 1 && !traits.rate) {
		refuse(context, itemIndex, voice, 'Speaking Rate', 'speaking rate');
	}
	const effectsProfileId = options.effectsProfiles ?? [];
	return given({
		speakingRate: speakingRate === 1 ? undefined : speakingRate,
		pitch: pitch || undefined,
		volumeGainDb: volumeGainDb || undefined,
		sampleRateHertz: format.sampleRateHz ?? sampleRate(context, itemIndex, format, options),
		effectsProfileId: effectsProfileId.length > 0 ? effectsProfileId : undefined,
	});
}

function sampleRate(
	context: IExecuteFunctions,
	itemIndex: number,
	{ sampleRatesHz }: AudioFormat,
	options: SpeechOptions,
): number | undefined {
	const rate = inRange(context, itemIndex, 'Sample Rate', options.sampleRateHz, 8000, 48_000);
	if (rate === undefined || !sampleRatesHz || sampleRatesHz.includes(rate)) return rate;
	return fail(
		context,
		itemIndex,
		`The format has no sample rate of ${String(rate)} Hz`,
		`Give the option Sample Rate one of ${sampleRatesHz.join(', ')}.`,
	);
}

/** A whole number that holds for all items, e.g. a limit. */
export function wholeNumber(
	context: IExecuteFunctions,
	label: string,
	value: unknown,
	least: number,
	most: number,
): number {
	const number = inRange(context, 0, label, value, least, most);
	if (number !== undefined && Number.isInteger(number)) return number;
	return fail(context, 0, `The option ${label} is not a whole number`, 'Change or remove it.');
}

function inRange(
	context: IExecuteFunctions,
	itemIndex: number,
	label: string,
	value: unknown,
	least: number,
	most: number,
): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const number = Number(value);
	if (number >= least && number <= most) return number;
	return fail(
		context,
		itemIndex,
		`The option ${label} is out of range`,
		`Give a number from ${String(least)} to ${String(most)} instead of "${String(value)}".`,
	);
}

function refuse(
	context: IExecuteFunctions,
	itemIndex: number,
	voice: ChosenVoice,
	option: string,
	what: string,
): never {
	return fail(
		context,
		itemIndex,
		`The voice ${voice.name} takes no ${what}`,
		`Remove the option ${option}, or choose a Neural2, Wavenet or Standard voice.`,
	);
}

/** A name without folders, with the extension of the format. */
export function fileNameOf({ fileName }: SpeechOptions, { extension }: AudioFormat): string {
	const name = (fileName ?? '').replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-').trim() || 'speech';
	return name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`;
}
