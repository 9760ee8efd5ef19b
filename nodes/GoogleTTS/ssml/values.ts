/** Says what a value has to be, or undefined when it is right. */
export type ValueCheck = (value: string) => string | undefined;

/** https://cloud.google.com/text-to-speech/docs/ssml#break, in ms */
export const longestBreakMs = 10_000;

export const anyText: ValueCheck = () => undefined;

export const someText: ValueCheck = (value) =>
	value.trim() === '' ? 'has to be a text' : undefined;

export function oneOf(...allowed: string[]): ValueCheck {
	return (value) => (allowed.includes(value) ? undefined : `has to be one of ${listed(allowed)}`);
}

export function matching(pattern: RegExp, what: string): ValueCheck {
	return (value) => (pattern.test(value) ? undefined : `has to be ${what}`);
}

/** `250ms`, `1.5s` in ms. */
export function durationMs(value: string): number | undefined {
	const [, number, unit] = /^\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)$/.exec(value) ?? [];
	return number === undefined ? undefined : Number(number) * (unit === 's' ? 1000 : 1);
}

export const duration: ValueCheck = (value) =>
	durationMs(value) === undefined ? 'has to be a time such as 500ms or 1.5s' : undefined;

export const breakTime: ValueCheck = (value) => {
	const ms = durationMs(value);
	if (ms === undefined) return 'has to be a time such as 500ms or 1.5s';
	return ms <= longestBreakMs ? undefined : 'may be at most 10s; use several breaks for more';
};

export const secureUrl: ValueCheck = (value) =>
	URL.canParse(value) && new URL(value).protocol === 'https:'
		? undefined
		: 'has to be a complete https address that Google can reach';

export const language: ValueCheck = matching(
	/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i,
	'a language code such as es-US',
);

/** `+6dB`, with the range that Google documents for sound levels. */
export function decibels(least: number, most: number): ValueCheck {
	return (value) => {
		const [, number] = /^([+-]?\d+(?:\.\d+)?)dB$/.exec(value) ?? [];
		const level = Number(number);
		if (number !== undefined && level >= least && level <= most) return undefined;
		return `has to be from ${String(least)}dB to +${String(most)}dB`;
	};
}

export const playbackSpeed: ValueCheck = (value) => {
	const [, number] = /^\+?(\d+(?:\.\d+)?)%$/.exec(value) ?? [];
	const speed = Number(number);
	return number !== undefined && speed >= 50 && speed <= 200
		? undefined
		: 'has to be from 50% to 200%';
};

export const count: ValueCheck = matching(/^\+?\d+(\.\d+)?$/, 'a number such as 2');

/** When a medium begins or ends: by the clock, or with another medium. */
export const mediaTime: ValueCheck = matching(
	/^(?:[+-]?\d+(?:\.\d+)?(?:h|min|s|ms)?|[\w#-]+\.(?:begin|end)(?:[+-]\d+(?:\.\d+)?(?:h|min|s|ms)?)?)$/,
	'a time such as 1.5s, or that of another medium such as intro.end+0.5s',
);

export const prosodyRate: ValueCheck = matching(
	/^(?:x-slow|slow|medium|fast|x-fast|default|[+-]?\d+(?:\.\d+)?%|\d+(?:\.\d+)?)$/,
	'x-slow, slow, medium, fast, x-fast, or a percentage such as 90%',
);

export const prosodyPitch: ValueCheck = matching(
	/^(?:x-low|low|medium|high|x-high|default|[+-]?\d+(?:\.\d+)?(?:st|%|Hz))$/,
	'x-low, low, medium, high, x-high, semitones such as +2st, or a percentage such as -10%',
);

export const prosodyVolume: ValueCheck = matching(
	/^(?:silent|x-soft|soft|medium|loud|x-loud|default|[+-]?\d+(?:\.\d+)?dB)$/,
	'silent, x-soft, soft, medium, loud, x-loud, or decibels such as +6dB',
);

export function listed(names: string[]): string {
	return names.length < 2
		? names.join('')
		: `${names.slice(0, -1).join(', ')} or ${String(names.at(-1))}`;
}
