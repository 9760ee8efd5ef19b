import { findNumbers } from './numberWords';
import { wordsOf } from './words';

/** Which of the possible days is meant where the year, the month or the week is left open. */
export type DateDirection = 'future' | 'past' | 'any';

interface Day {
	year: number;
	/** 1 to 12 */
	month: number;
	day: number;
}

const months: Record<string, number> = {
	...{ enero: 1, febrero: 2, marzo: 3, abril: 4, mayo: 5, junio: 6, julio: 7, agosto: 8 },
	...{ septiembre: 9, setiembre: 9, octubre: 10, noviembre: 11, diciembre: 12 },
};
/** As `Date.getUTCDay` counts. */
const weekdays: Record<string, number> = {
	...{ domingo: 0, lunes: 1, martes: 2, miercoles: 3, jueves: 4, viernes: 5, sabado: 6 },
};
const relative: Record<string, number> = {
	...{ hoy: 0, manana: 1, ayer: -1, anteayer: -2, antier: -2 },
};

/** The day it is there, by the calendar of the time zone. @throws RangeError for an unknown zone */
export function todayIn(timeZone: string, now: Date): string {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
	}).formatToParts(now);
	const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
	return `${of('year')}-${of('month')}-${of('day')}`;
}

/**
 * The date that was said in Spanish, or written in figures (day before month), as ISO 8601.
 * @param today the day it is where the caller is meant to be, as ISO 8601
 */
export function spokenDate(
	said: string,
	today: string,
	direction: DateDirection,
): string | undefined {
	const now = toDay(today);
	const day = figures(said, now, direction) ?? inWords(said, now, direction);
	return accepted(day, now, direction);
}

/** Keys: DDMM, DDMMYY or DDMMYYYY. */
export function dateByKeys(
	digits: string,
	today: string,
	direction: DateDirection,
): string | undefined {
	const found = /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(digits);
	if (!found) return undefined;
	const now = toDay(today);
	return accepted(
		complete(Number(found[1]), Number(found[2]), found[3], now, direction),
		now,
		direction,
	);
}

function accepted(day: Day | undefined, today: Day, direction: DateDirection): string | undefined {
	if (!day || !exists(day)) return undefined;
	const distance = number(day) - number(today);
	if (direction === 'future' && distance < 0) return undefined;
	if (direction === 'past' && distance > 0) return undefined;
	return iso(day);
}

function figures(said: string, today: Day, direction: DateDirection): Day | undefined {
	const isoDate = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/.exec(said);
	if (isoDate) {
		return { year: Number(isoDate[1]), month: Number(isoDate[2]), day: Number(isoDate[3]) };
	}
	const found = /\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\b/.exec(said);
	if (!found) return undefined;
	return complete(Number(found[1]), Number(found[2]), found[3], today, direction);
}

function inWords(said: string, today: Day, direction: DateDirection): Day | undefined {
	const text = wordsOf(said)
		.join(' ')
		.replace(/\b(por|de|en) la manana\b/g, '')
		.replace(/\bpasado manana\b/g, 'en 2 dias')
		.replace(/\bantes de ayer\b/g, 'anteayer')
		.replace(/\bprimer[oa]?\b/g, '1');
	const words = text.split(' ').filter(Boolean);
	const monthAt = words.findIndex((word) => word in months);
	if (monthAt >= 0) return withMonth(words, monthAt, today, direction);
	const shifted = shift(words, today);
	if (shifted) return shifted;
	const day = words.find((word) => word in relative);
	if (day) return plus(today, relative[day] ?? 0);
	const numbers = findNumbers(words).filter(({ isArticle }) => !isArticle);
	const weekday = words.find((word) => word in weekdays);
	if (numbers.length === 1) return dayOfMonth(numbers[0]?.value ?? 0, today, direction);
	if (weekday && numbers.length === 0) {
		return nextWeekday(weekdays[weekday] ?? 0, today, direction);
	}
	return undefined;
}

/** "el quince de marzo", "quince de marzo del dos mil veintisiete". */
function withMonth(
	words: string[],
	monthAt: number,
	today: Day,
	direction: DateDirection,
): Day | undefined {
	const month = months[words[monthAt] ?? ''] ?? 0;
	const [day, ...others] = findNumbers(words.slice(0, monthAt));
	const [year] = findNumbers(words.slice(monthAt + 1));
	if (!day || others.length > 0) return undefined;
	return complete(day.value, month, year ? String(year.value) : undefined, today, direction);
}

/** "en tres días", "dentro de dos semanas", "hace una semana". */
function shift(words: string[], today: Day): Day | undefined {
	const unitAt = words.findIndex((word) => /^(dias?|semanas?|mes|meses)$/.test(word));
	if (unitAt < 0) return undefined;
	const amount = findNumbers(words.slice(0, unitAt)).at(-1);
	if (!amount || amount.end !== unitAt) return undefined;
	const before = words.slice(0, amount.start);
	const sign = before.includes('hace')
		? -1
		: before.some((word) => ['en', 'dentro'].includes(word))
			? 1
			: 0;
	if (sign === 0) return undefined;
	const count = sign * amount.value;
	if (words[unitAt]?.startsWith('mes')) return plusMonths(today, count);
	return plus(today, words[unitAt]?.startsWith('semana') ? count * 7 : count);
}

/** A weekday is never today: who means today says so. */
function nextWeekday(weekday: number, today: Day, direction: DateDirection): Day {
	const ahead = (weekday - toDate(today).getUTCDay() + 7) % 7 || 7;
	return plus(today, direction === 'past' ? ahead - 7 || -7 : ahead);
}

function dayOfMonth(day: number, today: Day, direction: DateDirection): Day | undefined {
	const order = direction === 'past' ? [0, -1, -2] : [0, 1, 2];
	return order
		.map((months) => ({ ...plusMonths({ ...today, day: 1 }, months), day }))
		.find(
			(one) =>
				exists(one) &&
				(direction === 'past' ? number(one) <= number(today) : number(one) >= number(today)),
		);
}

/** Fills in the year that was left out, or of which there are two digits only. */
function complete(
	day: number,
	month: number,
	year: string | undefined,
	today: Day,
	direction: DateDirection,
): Day | undefined {
	if (year !== undefined) {
		return { year: year.length <= 2 ? 2000 + Number(year) : Number(year), month, day };
	}
	const candidates = [-1, 0, 1]
		.map((years) => ({ year: today.year + years, month, day }))
		.filter(exists);
	const distance = (one: Day) => number(one) - number(today);
	if (direction === 'future') return candidates.find((one) => distance(one) >= 0);
	if (direction === 'past') return candidates.reverse().find((one) => distance(one) <= 0);
	return candidates.sort((a, b) => Math.abs(distance(a)) - Math.abs(distance(b)))[0];
}

function toDay(isoDate: string): Day {
	const [year = 0, month = 0, day = 0] = isoDate.split('-').map(Number);
	return { year, month, day };
}

function toDate({ year, month, day }: Day): Date {
	return new Date(Date.UTC(year, month - 1, day));
}

const number = (day: Day) => toDate(day).getTime();

function iso(day: Day): string {
	return toDate(day).toISOString().slice(0, 10);
}

/** The 31st of February would be a day of March. */
function exists({ year, month, day }: Day): boolean {
	const date = toDate({ year, month, day });
	const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
	return isSame && year >= 1900 && year <= 2100;
}

function plus(day: Day, days: number): Day {
	return toDay(iso({ ...day, day: day.day + days }));
}

function plusMonths({ year, month, day }: Day, count: number): Day {
	const first = toDay(iso({ year, month: month + count, day: 1 }));
	const last = toDay(iso({ ...first, month: first.month + 1, day: 0 })).day;
	return { ...first, day: Math.min(day, last) };
}
