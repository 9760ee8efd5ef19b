import { findNumbers } from './numberWords';
import { wordsOf } from './words';

interface Region {
	countryCode: string;
	/** The number without the country code. */
	national: RegExp;
	/** What may stand before it within the country, and is left out. */
	trunkPrefix?: string;
}

/** Where a number without a country code belongs, by ISO 3166. */
export const phoneRegions: Record<string, Region> = {
	AR: { countryCode: '54', national: /^\d{10,11}$/, trunkPrefix: '0' },
	CL: { countryCode: '56', national: /^[2-9]\d{8}$/, trunkPrefix: '0' },
	CO: { countryCode: '57', national: /^[36]\d{9}$/ },
	ES: { countryCode: '34', national: /^[5-9]\d{8}$/ },
	MX: { countryCode: '52', national: /^[1-9]\d{9}$/ },
	PE: { countryCode: '51', national: /^[1-9]\d{7,8}$/, trunkPrefix: '0' },
	US: { countryCode: '1', national: /^[2-9]\d{2}[2-9]\d{6}$/ },
};

/** A phone number in E.164, from keys or from digits in words and groups; undefined where it is none. */
export function phoneNumber(input: string, region: string): string | undefined {
	const isInternational = /^\s*(\+|m[aá]s\b|plus\b)/i.test(input);
	const digits = digitsOf(input);
	if (isInternational) return international(digits);
	if (digits.startsWith('00')) return international(digits.slice(2));
	const home = phoneRegions[region];
	if (!home) return undefined;
	const { countryCode, national, trunkPrefix } = home;
	if (national.test(digits)) return `+${countryCode}${digits}`;
	const withoutTrunk =
		trunkPrefix && digits.startsWith(trunkPrefix) ? digits.slice(trunkPrefix.length) : '';
	if (national.test(withoutTrunk)) return `+${countryCode}${withoutTrunk}`;
	const behindCode = digits.startsWith(countryCode) ? digits.slice(countryCode.length) : '';
	return national.test(behindCode) ? `+${countryCode}${behindCode}` : undefined;
}

function international(digits: string): string | undefined {
	const known = Object.values(phoneRegions).find(({ countryCode }) =>
		digits.startsWith(countryCode),
	);
	if (known) {
		return known.national.test(digits.slice(known.countryCode.length)) ? `+${digits}` : undefined;
	}
	return /^[1-9]\d{7,14}$/.test(digits) ? `+${digits}` : undefined;
}

const repeated: Record<string, number> = { doble: 2, triple: 3 };

/** "nueve ochenta y siete doble cinco 43" -> "987555 43" without the space; numerals as they stand. */
function digitsOf(input: string): string {
	const words = wordsOf(input);
	const numbers = new Map(
		findNumbers(words.map((word) => (/^\d+$/.test(word) ? '' : word))).map((one) => [
			one.start,
			one,
		]),
	);
	let digits = '';
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? '';
		const number = numbers.get(at);
		const times = repeated[words[at - 1] ?? ''] ?? 1;
		if (/^\d+$/.test(word)) digits += word;
		else if (number) {
			digits += String(number.value).repeat(times);
			at = number.end - 1;
		}
	}
	return digits;
}
