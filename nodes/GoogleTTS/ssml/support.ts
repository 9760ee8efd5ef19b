import type { VoiceFamily } from '../shared/families';
import type { XmlElement } from './xml';

/** https://cloud.google.com/text-to-speech/docs/chirp3-hd: Google leaves everything else out. */
const chirp3Elements = ['speak', 'say-as', 'p', 's', 'phoneme', 'sub'];
const otherVoice = 'Choose a Neural2, Wavenet or Standard voice, or leave it out.';

/** Why voices of a family do not take an element, and what to do; undefined when they take it. */
export function unsupported(
	element: XmlElement,
	family: VoiceFamily,
): { message: string; cure: string } | undefined {
	if (family === 'Chirp 3 HD') return unsupportedByChirp3(element);
	if (family === 'Studio') return unsupportedByStudio(element);
	return undefined;
}

function unsupportedByChirp3({ name, attributes }: XmlElement) {
	if (!chirp3Elements.includes(name)) {
		return {
			message: `Chirp 3 HD voices do not take <${name}>: Google would leave it out`,
			cure:
				name === 'break'
					? 'Set Input to Markup and write [pause short], [pause] or [pause long], or choose a Neural2, Wavenet or Standard voice.'
					: otherVoice,
		};
	}
	const interpretation = attributes.find((one) => one.name === 'interpret-as')?.value ?? '';
	return ['expletive', 'bleep'].includes(interpretation)
		? {
				message: `Chirp 3 HD voices do not take <say-as interpret-as="${interpretation}">`,
				cure: otherVoice,
			}
		: undefined;
}

/** https://cloud.google.com/text-to-speech/docs/list-voices-and-types#studio_voices */
function unsupportedByStudio({ name, attributes }: XmlElement) {
	if (['mark', 'emphasis', 'lang'].includes(name)) {
		return { message: `Studio voices do not take <${name}>`, cure: otherVoice };
	}
	return name === 'prosody' && attributes.some((one) => one.name === 'pitch')
		? { message: 'Studio voices do not take <prosody pitch>', cure: otherVoice }
		: undefined;
}
