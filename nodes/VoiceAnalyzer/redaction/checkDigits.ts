/** Check digits, which tell an identifier from any other number. All take digits and letters only. */

const digitsOf = (text: string): number[] => [...text].map(Number);

/** ISO/IEC 7812-1, annex B: payment cards of 13 to 19 digits. */
export function isCard(digits: string): boolean {
	if (!/^\d{13,19}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
	const sum = digitsOf(digits)
		.reverse()
		.reduce((total, digit, place) => {
			const doubled = place % 2 === 1 ? digit * 2 : digit;
			return total + (doubled > 9 ? doubled - 9 : doubled);
		}, 0);
	return sum % 10 === 0;
}

/** ISO 13616: the country's length is not checked, the two check digits are. */
export function isIban(code: string): boolean {
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(code)) return false;
	const moved = code.slice(4) + code.slice(0, 4);
	const numeric = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
	return digitsOf(numeric).reduce((rest, digit) => (rest * 10 + digit) % 97, 0) === 1;
}

/** Chile: modulo 11, and K for 10. */
export function isRut(number: string, checkDigit: string): boolean {
	const sum = digitsOf(number)
		.reverse()
		.reduce((total, digit, place) => total + digit * (2 + (place % 6)), 0);
	const expected = 11 - (sum % 11);
	const written = expected === 11 ? '0' : expected === 10 ? 'K' : String(expected);
	return checkDigit.toUpperCase() === written;
}

const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Spain: DNI (8 digits and a letter) and NIE (X, Y or Z, 7 digits and a letter), modulo 23. */
export function isDniOrNie(code: string): boolean {
	const match = /^([XYZ]?)(\d{7,8})([A-Z])$/.exec(code.toUpperCase());
	if (!match) return false;
	const [, foreign = '', digits = '', letter] = match;
	if (foreign === '' ? digits.length !== 8 : digits.length !== 7) return false;
	const prefix = foreign === '' ? '' : String('XYZ'.indexOf(foreign));
	return dniLetters[Number(prefix + digits) % 23] === letter;
}
