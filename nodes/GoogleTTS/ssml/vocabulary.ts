import {
	anyText,
	breakTime,
	count,
	decibels,
	duration,
	language,
	matching,
	mediaTime,
	oneOf,
	playbackSpeed,
	prosodyPitch,
	prosodyRate,
	prosodyVolume,
	secureUrl,
	someText,
	type ValueCheck,
} from './values';

export interface ElementRule {
	attributes: Record<string, ValueCheck>;
	required?: string[];
	/** One of the attributes at least. */
	needsAttribute?: boolean;
	/** May stand in these only. */
	within?: string[];
	/** May not stand in these, at any depth. */
	notWithin?: string[];
	/** What may stand in it; anything when absent. */
	content?: 'nothing' | string[];
}

const interpretations = [
	'bleep',
	'cardinal',
	'characters',
	'currency',
	'date',
	'digits',
	'duration',
	'expletive',
	'fraction',
	'number',
	'ordinal',
	'spell-out',
	'telephone',
	'time',
	'unit',
	'verbatim',
];

const timing: Record<string, ValueCheck> = {
	'xml:id': matching(/^[\p{L}\p{N}#_-]+$/u, 'an ID of letters, digits, - and _'),
	begin: mediaTime,
	end: mediaTime,
	repeatCount: count,
	repeatDur: duration,
	soundLevel: decibels(-40, 40),
	fadeInDur: duration,
	fadeOutDur: duration,
};

/** https://cloud.google.com/text-to-speech/docs/ssml */
export const vocabulary: Record<string, ElementRule> = {
	speak: {
		attributes: {
			version: anyText,
			xmlns: anyText,
			'xml:base': anyText,
			'xml:lang': language,
			'xsi:schemaLocation': anyText,
		},
	},
	p: { attributes: { 'xml:lang': language }, notWithin: ['p', 's'] },
	s: { attributes: { 'xml:lang': language }, notWithin: ['s'] },
	break: {
		attributes: {
			time: breakTime,
			strength: oneOf('none', 'x-weak', 'weak', 'medium', 'strong', 'x-strong'),
		},
		content: 'nothing',
	},
	'say-as': {
		attributes: {
			'interpret-as': oneOf(...interpretations),
			format: anyText,
			detail: anyText,
			language,
			'google:style': anyText,
		},
		required: ['interpret-as'],
	},
	audio: {
		attributes: {
			src: secureUrl,
			clipBegin: duration,
			clipEnd: duration,
			speed: playbackSpeed,
			repeatCount: count,
			repeatDur: duration,
			soundLevel: decibels(-40, 40),
		},
		required: ['src'],
	},
	desc: { attributes: {}, within: ['audio'] },
	sub: { attributes: { alias: someText }, required: ['alias'] },
	mark: { attributes: { name: someText }, required: ['name'], content: 'nothing' },
	prosody: {
		attributes: { rate: prosodyRate, pitch: prosodyPitch, volume: prosodyVolume },
		needsAttribute: true,
	},
	emphasis: { attributes: { level: oneOf('strong', 'moderate', 'none', 'reduced') } },
	par: { attributes: timing, content: ['par', 'seq', 'media'] },
	seq: { attributes: timing, content: ['par', 'seq', 'media'] },
	media: { attributes: timing, within: ['par', 'seq'], content: ['speak', 'audio'] },
	phoneme: {
		attributes: {
			alphabet: oneOf('ipa', 'x-sampa', 'pinyin', 'jyutping', 'yomigana'),
			ph: someText,
		},
		required: ['ph'],
	},
	voice: {
		attributes: {
			name: someText,
			language,
			'xml:lang': language,
			gender: oneOf('male', 'female', 'neutral'),
			variant: count,
			age: count,
			required: someText,
			ordering: someText,
		},
		needsAttribute: true,
	},
	lang: { attributes: { 'xml:lang': language }, required: ['xml:lang'] },
	'google:style': { attributes: { name: someText }, required: ['name'] },
};

/** Declarations of namespaces may stand anywhere. */
export const isNamespace = (attribute: string): boolean => /^xmlns(:|$)/.test(attribute);
