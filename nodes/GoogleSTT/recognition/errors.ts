import type { GoogleFailure } from '../../shared/googleFailure';
import type { Cure } from '../../shared/request';
import type { Settings } from './settings';

/**
 * Whether the model does not know the language. Google's words: v1 "The requested model is currently not
 * supported for language : es-CL." or "bad language code", v2 'The language "es-CL" is not supported by the model "chirp_3" in
 * the location named "us".'
 */
export function refusesLanguage({ statusCode, message }: GoogleFailure): boolean {
	return (
		statusCode === 400 &&
		(/not supported for language/i.test(message) ||
			/language "?[\w-]+"? is not supported/i.test(message) ||
			/bad language code/i.test(message))
	);
}

type Worded = [pattern: RegExp, cure: (settings: Settings) => Cure];

/** Refusals of Speech-to-Text (400 and 403), by the words of Google. */
const worded: Worded[] = [
	[
		/phrase|boost|adaptation|speech_?context/i,
		() => ({
			message: 'Google refuses the phrases',
			description:
				'Check the options Ready-Made Phrases and Own Phrases: at most 5000 phrases (version 2: 1000) of 100 characters, boost 0 to 20.',
		}),
	],
	[
		/too long|exceeds duration limit|maximum of \d+ ?s|longer than 1 min|payload size exceeds/i,
		() => ({
			message: 'The audio is too long for one request',
			description:
				'Add the option Cloud Storage Bucket, or send a file in which the length can be seen.',
		}),
	],
	[
		/API keys are not supported/i,
		() => ({
			message: 'An API key is not enough for this',
			description:
				'Speech-to-Text version 2 and Cloud Storage need a service account in the Google Speech credential. Or choose version 1 in the field API.',
		}),
	],
	[
		/incorrect model|model "?[\w-]*"? does not exist|invalid model/i,
		({ apiVersion, model, location }) => ({
			message: `Google has no model "${model}" in ${apiVersion === 'v2' ? `the location ${location}` : 'version 1'}`,
			description:
				'Choose another Model or Location. The operation Get Many of the resource Model lists what there is where.',
		}),
	],
	[
		/expected resource location|location.*(invalid|not found)/i,
		({ location }) => ({
			message: `The address and the location "${location}" do not belong together`,
			description:
				'Choose another Location, or turn off Use Other Addresses in the Google Speech credential.',
		}),
	],
	[
		/does not support feature|not support(ed)?.*(diarization|multi[_ ]?channel)|(diarization|multi[_ ]?channel).*not support/i,
		({ model }) => ({
			message: `The model "${model || 'of your choice'}" does not support one of the options`,
			description:
				'Take out the option that Google names, or choose another Model. Not every model has speakers, channels, phrases, word times or a profanity filter.',
		}),
	],
	[
		/sample[_ ]?rate/i,
		() => ({
			message: 'Google finds another sample rate in the audio',
			description:
				'Check the sample rate in the option Audio Without Header, or take the option out for a file with a header.',
		}),
	],
	[
		/bad encoding|encoding in recognitionconfig|encoding to match|supported encoding|decoding config|could not be decoded|audio.*(corrupt|decode)/i,
		() => ({
			message: 'Google cannot decode the audio',
			description:
				'Check the option Audio Without Header. A file with a header may be damaged: convert it to WAV or FLAC.',
		}),
	],
	[
		/single channel \(mono\)|audio[_ ]?channel[_ ]?count|number of channels/i,
		() => ({
			message: 'Google finds another number of channels in the audio',
			description:
				'Choose Separately in the option Channels, or use version 2 for MP3 and µ-law of two channels.',
		}),
	],
];

/** What a failure of Speech-to-Text means for these settings; undefined for what all services share. */
export function speechCure(settings: Settings) {
	return (failure: GoogleFailure): Cure | undefined => {
		const { statusCode, message, reason } = failure;
		if (refusesLanguage(failure)) return languageCure(settings, message);
		if (statusCode === 404 && settings.apiVersion === 'v2') {
			return {
				message: 'Google knows no such recognizer or project',
				description: `Check the Project ID in the Google Speech credential, the Location and the option Recognizer. Google said: ${message}`,
			};
		}
		if (![400, 401, 403, 413].includes(statusCode) || reason === 'API_KEY_INVALID')
			return undefined;
		const cure = worded.find(([pattern]) => pattern.test(message))?.[1](settings);
		return cure && { ...cure, description: `${cure.description} Google said: ${message}` };
	};
}

function languageCure({ language, fallbacks, model, apiVersion }: Settings, said: string): Cure {
	const tried = fallbacks.length > 0 ? ` ${fallbacks.join(', ')} were tried too.` : '';
	return {
		message: `The model "${model || 'of your choice'}" does not know the language ${language}`,
		description: `Choose another Language or Model${apiVersion === 'v2' ? ' or Location' : ''}, or add the option Fallback Languages.${tried} Google said: ${said}`,
	};
}
