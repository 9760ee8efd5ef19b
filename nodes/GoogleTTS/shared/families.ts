/** The kinds of voices that Google sells, by what is in the name of the voice. */
export type VoiceFamily =
	| 'Casual'
	| 'Chirp 3 HD'
	| 'Chirp HD'
	| 'Journey'
	| 'Neural2'
	| 'News'
	| 'Other'
	| 'Polyglot'
	| 'Standard'
	| 'Studio'
	| 'Wavenet';

export interface FamilyTraits {
	markup: boolean;
	rate: boolean;
	pitch: boolean;
	/** Whether SSML is taken; which elements is told in `ssml/support.ts`. */
	ssml: boolean;
	/**
	 * Google's default quota, in requests per minute (cloud.google.com/text-to-speech/quotas).
	 */
	requestsPerMinute: number;
}

const patterns: Array<[pattern: RegExp, family: VoiceFamily]> = [
	[/-Chirp3-HD-/i, 'Chirp 3 HD'],
	[/-Chirp-HD-/i, 'Chirp HD'],
	[/-Journey-/i, 'Journey'],
	[/-Neural2-/i, 'Neural2'],
	[/-Wavenet-/i, 'Wavenet'],
	[/-Standard-/i, 'Standard'],
	[/-Studio(Multispeaker)?-/i, 'Studio'],
	[/-News-/i, 'News'],
	[/-Polyglot-/i, 'Polyglot'],
	[/-Casual-/i, 'Casual'],
];

const everything = {
	markup: false,
	rate: true,
	pitch: true,
	ssml: true,
	requestsPerMinute: 1000,
};

const exceptions: Partial<Record<VoiceFamily, Partial<FamilyTraits>>> = {
	// https://cloud.google.com/text-to-speech/docs/chirp3-hd
	'Chirp 3 HD': { markup: true, pitch: false, requestsPerMinute: 200 },
	'Chirp HD': { rate: false, pitch: false, ssml: false, requestsPerMinute: 200 },
	Journey: { rate: false, pitch: false, ssml: false },
	// https://cloud.google.com/text-to-speech/docs/list-voices-and-types
	Studio: { pitch: false, requestsPerMinute: 500 },
};

export function familyOf(voiceName: string): VoiceFamily {
	return patterns.find(([pattern]) => pattern.test(voiceName))?.[1] ?? 'Other';
}

export function traitsOf(family: VoiceFamily): FamilyTraits {
	return { ...everything, ...exceptions[family] };
}

/** `es-US` of `es-US-Neural2-A`; undefined for a name that does not begin with its language. */
export function languageOf(voiceName: string): string | undefined {
	const [, code] = /^([a-z]{2,3}-[a-z0-9]{2,4})-./i.exec(voiceName) ?? [];
	return code;
}
