import { holds, plain } from './words';

/** "I do not know" is no answer, whatever else is in it. */
const undecided = [
	...['no se', 'no lo se', 'no estoy seguro', 'no estoy segura', 'tal vez', 'quizas', 'quiza'],
	...['puede ser', 'depende', 'no entiendo', 'no entendi', 'no escuche', 'no le escuche'],
	...['i do not know', 'i don t know', 'not sure', 'maybe', 'perhaps', 'nao sei', 'talvez'],
];

/** Courtesies that say neither, though they begin like "I do not know". */
const courtesies = ['no se preocupe', 'no se moleste'];

/** They mean yes although there is a "no" in them. */
const yesPhrases = [
	...['como no', 'por que no', 'no hay problema', 'no hay inconveniente', 'no tengo problema'],
	...['no me molesta', 'claro que si', 'por supuesto que si', 'no problem', 'why not'],
];

/** They mean no although there is a "yes" in them. */
const noPhrases = [
	...['claro que no', 'por supuesto que no', 'desde luego que no', 'obvio que no', 'creo que no'],
	...['no esta bien', 'no es correcto', 'no estoy de acuerdo', 'no gracias', 'no por ahora'],
	...['asi no', 'ya no', 'of course not', 'not correct', 'not right', 'claro que nao'],
];

const yes = [
	...['si', 'sip', 'sipo', 'claro', 'por supuesto', 'desde luego', 'correcto', 'exacto', 'cierto'],
	...['exactamente', 'efectivamente', 'afirmativo', 'positivo', 'de acuerdo', 'dale', 'vale'],
	...['bueno', 'ok', 'okay', 'okey', 'perfecto', 'asi es', 'eso es', 'obvio', 'confirmo', 'acepto'],
	...['me parece', 'esta bien', 'ya', 'listo', 'con gusto', 'encantado', 'encantada'],
	...['yes', 'yeah', 'yep', 'yup', 'sure', 'of course', 'correct', 'right', 'sim', 'isso'],
];

const no = [
	...['no', 'nop', 'nope', 'nunca', 'jamas', 'negativo', 'para nada', 'tampoco', 'incorrecto'],
	...['de ninguna manera', 'en absoluto', 'rechazo', 'nah', 'nao', 'never', 'not'],
];

/** What somebody said to a question of yes or no; undefined where it is neither, or both. */
export function yesOrNo(said: string): boolean | undefined {
	let text = plain(said);
	const remove = (phrases: string[]) => {
		const before = text;
		for (const phrase of phrases) text = ` ${text} `.replaceAll(` ${phrase} `, ' ').trim();
		return text !== before;
	};
	remove(courtesies);
	if (undecided.some((phrase) => holds(text, phrase))) return undefined;
	const refused = remove(noPhrases);
	const agreed = remove(yesPhrases);
	if (refused !== agreed) return agreed;
	if (refused) return undefined;
	const first = (words: string[]) =>
		Math.min(
			...words.filter((word) => holds(text, word)).map((word) => ` ${text} `.indexOf(` ${word} `)),
		);
	const [yesAt, noAt] = [first(yes), first(no)];
	if (yesAt === noAt) return undefined;
	// Who begins with one of the two means it: "no, está bien", "sí, no se preocupe".
	return yesAt < noAt;
}

/** 1 is yes and 2 is no, as every menu has it. */
export function yesOrNoByKey(digits: string): boolean | undefined {
	return digits === '1' ? true : digits === '2' ? false : undefined;
}
