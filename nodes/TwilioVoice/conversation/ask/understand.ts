import { choiceByKey, spokenChoice, type Choice } from './choice';
import { dateByKeys, spokenDate, todayIn, type DateDirection } from './date';
import { spokenNumber } from './numberWords';
import { phoneNumber } from './phone';
import { yesOrNo, yesOrNoByKey } from './yesNo';

/** What kind of answer a question takes. */
export type Expected =
	| { type: 'text' }
	| { type: 'yesNo' }
	| { type: 'number'; min: number | null; max: number | null; wholeOnly: boolean }
	| { type: 'choice'; choices: Choice[] }
	| { type: 'date'; timeZone: string; direction: DateDirection }
	| { type: 'phone'; region: string };

/** What Twilio heard: words, or keys. */
export type Heard =
	| { input: 'speech'; raw: string; /** 0 to 1 */ confidence: number | null }
	| { input: 'digits'; raw: string; confidence: null };

export type Value = string | number | boolean;

/** The value of an answer; undefined where it is not of the kind that was asked for. */
export function understand(expected: Expected, heard: Heard, now: Date): Value | undefined {
	const { raw } = heard;
	const isKeys = heard.input === 'digits';
	if (raw.trim() === '') return undefined;
	switch (expected.type) {
		case 'text':
			return raw.trim();
		case 'yesNo':
			return isKeys ? yesOrNoByKey(raw) : yesOrNo(raw);
		case 'number':
			return within(expected, isKeys ? numberByKeys(raw) : spokenNumber(raw));
		case 'choice':
			return isKeys ? choiceByKey(raw, expected.choices) : spokenChoice(raw, expected.choices);
		case 'date': {
			const today = todayIn(expected.timeZone, now);
			return (isKeys ? dateByKeys : spokenDate)(raw, today, expected.direction);
		}
		case 'phone':
			return phoneNumber(raw, expected.region);
	}
}

/** On a telephone the star is the point: 2*5 is 2.5. */
function numberByKeys(digits: string): number | undefined {
	return /^\d+(\*\d+)?$/.test(digits) ? Number(digits.replace('*', '.')) : undefined;
}

function within(
	{ min, max, wholeOnly }: { min: number | null; max: number | null; wholeOnly: boolean },
	value: number | undefined,
): number | undefined {
	if (value === undefined || (wholeOnly && !Number.isInteger(value))) return undefined;
	if ((min !== null && value < min) || (max !== null && value > max)) return undefined;
	return value;
}
