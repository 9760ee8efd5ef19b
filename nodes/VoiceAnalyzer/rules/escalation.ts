import type { Role, Turn } from '../transcript/turn';
import { plainText } from './words';

/** Somebody asks to be put through: Spanish and English, without accents. */
const asksForHuman =
	/\b(?:(?:hablar|comunicar(?:me)?|comuniqueme|comunicame|paseme|pasame|pongame|ponme|transferirme|transfierame|derivarme|deriveme|atienda|conectar(?:me)?)\s+(?:\S+\s+){0,3}?(?:persona|humano|humana|ser humano|ejecutiv[oa]|operador[a]?|supervisor[a]?|encargad[oa]|gerente|jef[ea]|alguien de verdad|agente|vendedor[a]?|asesor[a]?)|(?:quiero|necesito|prefiero|exijo)\s+(?:a\s+)?(?:una persona|un humano|un ejecutivo|una ejecutiva|un operador|una operadora|un agente)|(?:speak|talk)\s+(?:\S+\s+){0,3}?(?:person|human|manager|supervisor|someone|representative|agent)|real person|human being)\b/;

export interface Found {
	turn: number;
	quote: string;
}

/** The first turn of the caller that asks for a person. */
export const wantsHuman = (turns: readonly Turn[]): Found | undefined =>
	firstMatch(turns, 'caller', (plain) => asksForHuman.test(plain));

/** The first turn of `role` with one of these words or phrases as words of their own. */
export function keywordIn(
	turns: readonly Turn[],
	keywords: readonly string[],
	role: Role = 'caller',
): (Found & { keyword: string }) | undefined {
	for (const keyword of keywords) {
		const wanted = ` ${spaced(keyword)} `;
		if (wanted.trim() === '') continue;
		const found = firstMatch(turns, role, (plain) => ` ${spaced(plain)} `.includes(wanted));
		if (found) return { ...found, keyword };
	}
	return undefined;
}

const spaced = (text: string) =>
	plainText(text)
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();

function firstMatch(
	turns: readonly Turn[],
	role: Role,
	test: (plain: string) => boolean,
): Found | undefined {
	const turn = turns.find((each) => each.role === role && test(plainText(each.text)));
	return turn && { turn: turn.index, quote: turn.text };
}
