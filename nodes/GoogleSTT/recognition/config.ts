import type { IDataObject } from 'n8n-workflow';

import type { Format } from '../audio/recording';
import type { BoostedPhrases } from '../data/automotive';
import type { Settings } from './settings';

/** Where the requests of one version go, below the base URL. */
export function pathsOf({ apiVersion, project, location, recognizer }: Settings, format?: Format) {
	if (apiVersion === 'v2') {
		const name = `/v2/${recognizerName({ project, location, recognizer })}`;
		return { recognize: `${name}:recognize`, longRunning: `${name}:batchRecognize` };
	}
	// cloud_speech.proto of v1: "MP3 encoding is a Beta feature and only available in v1p1beta1".
	const version = format?.encoding === 'MP3' ? 'v1p1beta1' : 'v1';
	return {
		recognize: `/${version}/speech:recognize`,
		longRunning: `/${version}/speech:longrunningrecognize`,
	};
}

function recognizerName({
	project,
	location,
	recognizer,
}: Pick<Settings, 'project' | 'location' | 'recognizer'>): string {
	return `projects/${encodeURIComponent(project)}/locations/${location}/recognizers/${recognizer}`;
}

/**
 * The configuration for audio of this format; without a format, Google has to find out.
 * @param language the one to try: the wanted one or a fallback
 */
export function configOf(settings: Settings, language: string, format?: Format): IDataObject {
	return settings.apiVersion === 'v1'
		? configV1(settings, language, format)
		: configV2(settings, language, format);
}

function configV1(settings: Settings, language: string, format?: Format): IDataObject {
	const { channels, alsoSpoken, phrases, speakers, model } = settings;
	const several = format !== undefined && format.channels > 1;
	return {
		...(format ? { encoding: format.encoding, sampleRateHertz: format.sampleRateHz } : {}),
		...(several ? { audioChannelCount: format.channels } : {}),
		...(several && channels === 'separate' ? { enableSeparateRecognitionPerChannel: true } : {}),
		languageCode: language,
		...(alsoSpoken.length > 0
			? { alternativeLanguageCodes: alsoSpoken.filter((code) => code !== language) }
			: {}),
		...(settings.maxAlternatives > 1 ? { maxAlternatives: settings.maxAlternatives } : {}),
		...(settings.profanityFilter ? { profanityFilter: true } : {}),
		...(phrases.length > 0 ? { speechContexts: phrases.map(speechContext) } : {}),
		...(settings.wordTimes ? { enableWordTimeOffsets: true, enableWordConfidence: true } : {}),
		...(settings.punctuation ? { enableAutomaticPunctuation: true } : {}),
		...(speakers
			? {
					diarizationConfig: {
						enableSpeakerDiarization: true,
						minSpeakerCount: speakers.min,
						maxSpeakerCount: speakers.max,
					},
				}
			: {}),
		...(model ? { model } : {}),
		...(settings.enhanced ? { useEnhanced: true } : {}),
	};
}

function configV2(settings: Settings, language: string, format?: Format): IDataObject {
	const { channels, alsoSpoken, phrases, speakers, model } = settings;
	const several = format === undefined || format.channels > 1;
	return {
		...(format && !format.selfDescribing
			? {
					explicitDecodingConfig: {
						encoding: format.encoding,
						sampleRateHertz: format.sampleRateHz,
						audioChannelCount: format.channels,
					},
				}
			: { autoDecodingConfig: {} }),
		model,
		languageCodes: [...new Set([language, ...alsoSpoken])],
		features: {
			...(settings.profanityFilter ? { profanityFilter: true } : {}),
			...(settings.wordTimes ? { enableWordTimeOffsets: true } : {}),
			...(settings.wordTimes && hasWordConfidence(model) ? { enableWordConfidence: true } : {}),
			...(settings.punctuation ? { enableAutomaticPunctuation: true } : {}),
			...(several && channels === 'separate'
				? { multiChannelMode: 'SEPARATE_RECOGNITION_PER_CHANNEL' }
				: {}),
			...(speakers
				? { diarizationConfig: { minSpeakerCount: speakers.min, maxSpeakerCount: speakers.max } }
				: {}),
			...(settings.maxAlternatives > 1 ? { maxAlternatives: settings.maxAlternatives } : {}),
		},
		...(phrases.length > 0
			? { adaptation: { phraseSets: [{ inlinePhraseSet: inlinePhraseSet(phrases) }] } }
			: {}),
	};
}

/** The chirp models refuse it, or give numbers that mean nothing (documentation of Chirp 2 and 3). */
function hasWordConfidence(model: string): boolean {
	return !model.startsWith('chirp');
}

function speechContext({ phrases, boost }: BoostedPhrases): IDataObject {
	return { phrases, ...(boost > 0 ? { boost } : {}) };
}

function inlinePhraseSet(sets: BoostedPhrases[]): IDataObject {
	return {
		phrases: sets.flatMap(({ phrases, boost }) =>
			phrases.map((value) => ({ value, ...(boost > 0 ? { boost } : {}) })),
		),
	};
}
