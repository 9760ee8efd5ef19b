import { familyOf } from '../shared/families';
import type { Voice } from '../shared/voices';

/**
 * Google's voices for Spanish, for lists that are shown where there is no credential of Google: the
 * phrase cache speaks with the sidecar's. Others can be chosen by name.
 * https://cloud.google.com/text-to-speech/docs/list-voices-and-types
 */
const lettered: Record<string, Record<string, { female: string; male: string }>> = {
	'es-ES': {
		Neural2: { female: 'ACDEH', male: 'BFG' },
		Wavenet: { female: 'CDFH', male: 'BEG' },
	},
	'es-US': {
		Neural2: { female: 'A', male: 'BC' },
		Wavenet: { female: 'A', male: 'BC' },
	},
};

/** https://cloud.google.com/text-to-speech/docs/chirp3-hd */
const chirp3Hd = {
	female:
		'Achernar Aoede Autonoe Callirrhoe Despina Erinome Gacrux Kore Laomedeia Leda Pulcherrima Sulafat Vindemiatrix Zephyr',
	male: 'Achird Algenib Algieba Alnilam Charon Enceladus Fenrir Iapetus Orus Puck Rasalgethi Sadachbia Sadaltager Schedar Umbriel Zubenelgenubi',
};

const genders = ['female', 'male'] as const;

export const spanishVoices: Voice[] = Object.entries(lettered).flatMap(([language, families]) =>
	genders.flatMap((gender) => [
		...Object.entries(families).flatMap(([family, letters]) =>
			[...letters[gender]].map((letter) => voice(language, `${family}-${letter}`, gender)),
		),
		...chirp3Hd[gender].split(' ').map((name) => voice(language, `Chirp3-HD-${name}`, gender)),
	]),
);

function voice(language: string, rest: string, gender: Voice['gender']): Voice {
	const name = `${language}-${rest}`;
	return {
		name,
		languageCodes: [language],
		family: familyOf(name),
		gender,
		naturalSampleRateHz: 24_000,
	};
}
