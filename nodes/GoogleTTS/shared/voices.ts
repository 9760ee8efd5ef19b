import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { googleRequest } from '../../shared/googleSpeech';
import { given, type RequestContext } from '../../shared/request';
import { textToSpeechCure } from './errors';
import { fail } from './fail';
import { familyOf, languageOf, type VoiceFamily } from './families';

export interface Voice {
	name: string;
	languageCodes: string[];
	family: VoiceFamily;
	gender: 'female' | 'male' | 'neutral' | 'unknown';
	naturalSampleRateHz: number;
}

export interface ChosenVoice {
	name: string;
	languageCode: string;
	family: VoiceFamily;
}

/** In the field Language: no filter. */
export const allLanguages = 'all';

/** The voices that can speak a language, as Google lists them. */
export async function listVoices(
	context: RequestContext,
	language: string,
	itemIndex?: number,
): Promise<Voice[]> {
	const { voices } = await googleRequest(context, {
		service: 'textToSpeech',
		method: 'GET',
		path: '/v1/voices',
		qs: given({ languageCode: language === allLanguages ? '' : language }),
		cureOf: textToSpeechCure,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return (Array.isArray(voices) ? (voices as IDataObject[]) : []).map(readVoice);
}

function readVoice(voice: IDataObject): Voice {
	const gender = String(voice.ssmlGender ?? '').toLowerCase();
	const name = String(voice.name ?? '');
	return {
		name,
		languageCodes: Array.isArray(voice.languageCodes) ? voice.languageCodes.map(String) : [],
		family: familyOf(name),
		gender: gender === 'female' || gender === 'male' || gender === 'neutral' ? gender : 'unknown',
		naturalSampleRateHz: Number(voice.naturalSampleRateHertz ?? 0),
	};
}

/**
 * The voice of the field `parameter`.
 * @param language of a voice whose name does not begin with one
 */
export function chosenVoice(
	context: IExecuteFunctions,
	itemIndex: number,
	value: unknown,
	language: string,
): ChosenVoice {
	const name = String(value ?? '').trim();
	if (name === '') {
		fail(
			context,
			itemIndex,
			'The field Voice is empty',
			'Choose a voice from the list, or check that the expression of the field finds one.',
		);
	}
	const languageCode = languageOf(name) ?? (language === allLanguages ? undefined : language);
	if (!languageCode) {
		fail(
			context,
			itemIndex,
			`The language of the voice "${name}" is not known`,
			'Choose it in the field Language, or choose a voice whose name begins with its language, such as es-US-Neural2-A.',
		);
	}
	return { name, languageCode, family: familyOf(name) };
}
