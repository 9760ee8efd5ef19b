import type { Turn } from './turn';

export interface Quote {
	/** The turn's index. */
	turn: number;
	quote: string;
}

/** Differences that are nobody's words: spaces, kinds of quotation marks and dashes, an ellipsis at an end. */
const comparable = (text: string) =>
	text
		.normalize('NFC')
		.replace(/[“”„«»"]/g, '"')
		.replace(/[‘’`´]/g, "'")
		.replace(/[–—]/g, '-')
		.replace(/\s+/g, ' ')
		.trim();

const bare = (quote: string) =>
	comparable(quote)
		.replace(/^(?:\.{3}|…|["'])+\s*/, '')
		.replace(/\s*(?:\.{3}|…|["'])+$/, '');

/**
 * The quote with the turn that it is really in, or undefined when nobody said it. A right quote
 * with a wrong turn is put right.
 */
export function verifiedQuote(claimed: Quote, turns: readonly Turn[]): Quote | undefined {
	const wanted = bare(claimed.quote);
	if (wanted === '') return undefined;
	const says = (turn: Turn | undefined) =>
		turn !== undefined && comparable(turn.text).includes(wanted);
	const named = turns[claimed.turn];
	const found = says(named) ? named : turns.find(says);
	return found && { turn: found.index, quote: wanted };
}
