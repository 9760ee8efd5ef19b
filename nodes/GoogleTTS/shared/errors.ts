import type { GoogleFailure } from '../../shared/googleFailure';
import type { Cure } from '../../shared/request';

const chooseVoice = 'Choose the voice from the list in the field Voice.';

/** What Google says when it refuses to speak (always 400), and what it means for the builder. */
const cures: Array<[said: RegExp, cure: Cure]> = [
	[
		/voice '.*' does not exist/i,
		{ message: 'Google knows no such voice', description: chooseVoice },
	],
	[
		/language code.*doesn't match the voice|language.*not supported/i,
		{
			message: 'The voice does not speak this language',
			description: `${chooseVoice} Its name begins with its language.`,
		},
	],
	[
		/model name/i,
		{
			message: 'This voice belongs to a model that this node does not use',
			description: `${chooseVoice} Its name has a language and a family in it, such as es-US-Chirp3-HD-Aoede.`,
		},
	],
	[
		/support (speaking rate|pitch)/i,
		{
			message: 'The voice takes no pitch, or no speaking rate',
			description:
				'Remove the options Pitch and Speaking Rate, or choose a Neural2, Wavenet or Standard voice.',
		},
	],
	[
		/support SSML|only supports text input/i,
		{
			message: 'The voice takes no SSML',
			description:
				'Set Input to Text (or to Markup with a Chirp 3 HD voice), or choose a Neural2, Wavenet or Standard voice.',
		},
	],
	[
		/markup/i,
		{
			message: 'The voice takes no markup',
			description: 'Choose a Chirp 3 HD voice, or set Input to Text.',
		},
	],
	[
		/invalid SSML/i,
		{
			message: 'Google refused the SSML',
			description:
				'Look for elements within each other where they may not be. Remove half of the text to find the place.',
		},
	],
	[
		/sentences? (that are|is) too long/i,
		{
			message: 'A sentence is too long for this voice',
			description:
				'Divide it with full stops or line ends. Chirp 3 HD, Wavenet and Standard voices take longer sentences than Neural2.',
		},
	],
	[
		/longer than the limit/i,
		{
			message: 'The text is longer than Google takes at once',
			description: 'Shorten it, or divide it into several items.',
		},
	],
	[
		/sample.?rate/i,
		{
			message: 'Google does not make this sample rate',
			description: 'Change or remove the option Sample Rate.',
		},
	],
	[
		/effects?.?profile|audio profile/i,
		{
			message: 'Google knows no such effects profile',
			description: 'Choose from the list of the option Effects Profiles.',
		},
	],
];

/** Words a refusal of Text-to-Speech; undefined where it is no different from Google's other services. */
export function textToSpeechCure(failure: GoogleFailure): Cure | undefined {
	if (failure.statusCode !== 400 || failure.reason === 'API_KEY_INVALID') return undefined;
	const known = cures.find(([said]) => said.test(failure.message))?.[1];
	if (!known) return undefined;
	return {
		message: known.message,
		description: `${known.description} Google said: ${failure.message}`,
	};
}
