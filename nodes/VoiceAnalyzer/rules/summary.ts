import { callerTurns, type Turn } from '../transcript/turn';
import { contentStems } from './stems';
import { plainText } from './words';

const longestQuote = 240;
const commitment =
	/\b(?:le|te|lo|la|los|las|les)\s+(?:voy|vamos)\s+a\s+(?:enviar|mandar|llamar|agendar|contactar|confirmar|avisar|derivar|escribir|transferir)|\b(?:le|te|lo|la)\s+(?:envio|mando|llamo|agendo|confirmo|aviso|derivo|contacto|enviare|llamare|mandare|avisare|confirmare)\b|\b(?:queda|quedo|quedamos)\s+(?:agendad[oa]|confirmad[oa]|reservad[oa])|\b(?:tiene|tienes|debe|debes)\s+que\s+(?:traer|llevar|llamar|enviar|pagar|mandar|venir|presentar)|\b(?:i|we)(?:'ll| will)\s+(?:send|call|email|book|confirm|schedule|check|get back)|\byou(?:'ll)?\s+(?:need|have) to\s+(?:bring|send|call|pay)/;

export interface Commitment {
	turn: number;
	role: Turn['role'];
	quote: string;
}

const cut = (text: string) =>
	text.length <= longestQuote ? text : `${text.slice(0, longestQuote).replace(/\s+\S*$/, '')} …`;

/** The turn that carries most content: what the call is about, early turns first. */
function mainTurn(turns: readonly Turn[]): Turn | undefined {
	return turns
		.map((turn, place) => ({
			turn,
			weight: new Set(contentStems(turn.text)).size / (1 + place / 4),
		}))
		.sort((a, b) => b.weight - a.weight)[0]?.turn;
}

/** Sentences in which somebody promises something or is asked for something. */
export function commitments(turns: readonly Turn[]): Commitment[] {
	return turns.flatMap(({ index, role, text }) =>
		(text.match(/[^.!?]+[.!?]*/g) ?? [])
			.map((sentence) => sentence.trim())
			.filter((sentence) => commitment.test(plainText(sentence)))
			.map((quote) => ({ turn: index, role, quote })),
	);
}

/** What was said, in the speakers' own words: no sentence is made up. */
export function extract(turns: readonly Turn[]): {
	about: string;
	last: string;
	agreed: string[];
} {
	const last = turns.findLast(({ role }) => role === 'agent');
	return {
		about: cut(mainTurn(callerTurns(turns))?.text ?? ''),
		last: cut(last?.text ?? ''),
		agreed: commitments(turns).map(({ quote }) => cut(quote)),
	};
}
