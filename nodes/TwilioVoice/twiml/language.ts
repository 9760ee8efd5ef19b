import type { INodePropertyOptions } from 'n8n-workflow';

/** The languages that the nodes offer for `<Say>`; Twilio has no es-CL. */
export const sayLanguages: INodePropertyOptions[] = [
	{ name: 'English (United Kingdom)', value: 'en-GB' },
	{ name: 'English (United States)', value: 'en-US' },
	{ name: 'Portuguese (Brazil)', value: 'pt-BR' },
	{ name: 'Spanish (Mexico, Latin America)', value: 'es-MX' },
	{ name: 'Spanish (Spain)', value: 'es-ES' },
	{ name: 'Spanish (United States)', value: 'es-US' },
];

/** The languages that the nodes offer for recognition; a prompt is spoken in the nearest of `<Say>`. */
export const gatherLanguages: INodePropertyOptions[] = [
	{ name: 'English (United Kingdom)', value: 'en-GB' },
	{ name: 'English (United States)', value: 'en-US' },
	{ name: 'Portuguese (Brazil)', value: 'pt-BR' },
	{ name: 'Spanish (Argentina)', value: 'es-AR' },
	{ name: 'Spanish (Chile)', value: 'es-CL' },
	{ name: 'Spanish (Colombia)', value: 'es-CO' },
	{ name: 'Spanish (Mexico)', value: 'es-MX' },
	{ name: 'Spanish (Peru)', value: 'es-PE' },
	{ name: 'Spanish (Spain)', value: 'es-ES' },
	{ name: 'Spanish (United States)', value: 'es-US' },
];

export const defaultLanguage = 'es-MX';

/**
 * The nearest language that `<Say>` speaks, so that a tenant's own language (es-CL) can be given.
 * Languages that the table does not know are passed on: Twilio may speak more than the nodes offer.
 */
export function sayLanguage(language: string | undefined): string {
	const wanted = (language ?? '').trim();
	if (wanted === '') return defaultLanguage;
	const known = sayLanguages.find(
		({ value }) => String(value).toLowerCase() === wanted.toLowerCase(),
	);
	if (known) return String(known.value);
	const [base = ''] = wanted.toLowerCase().split('-');
	const nearest: Record<string, string> = { es: defaultLanguage, en: 'en-US', pt: 'pt-BR' };
	return nearest[base] ?? wanted;
}

export interface Phrases {
	/** Said when nothing else can answer; a message is recorded after it. */
	apology: string;
	/** Said after the message. */
	thanks: string;
	/** Said before a question is asked again that got no answer. */
	notHeard: string;
	/** Said before a question is asked again whose answer did not fit. */
	notUnderstood: string;
	/** All that is said to somebody who called a number that nobody has. */
	unknownNumber: string;
}

const spanish: Phrases = {
	apology:
		'Lo sentimos, en este momento no podemos atender su llamada. Por favor, deje su mensaje después de la señal y le devolveremos el llamado.',
	thanks: 'Muchas gracias. Hemos recibido su mensaje. Hasta luego.',
	notHeard: 'Disculpe, no le escuché.',
	notUnderstood: 'Disculpe, no le entendí.',
	unknownNumber:
		'Lo sentimos, este número no está en servicio; por favor, verifíquelo y vuelva a llamar.',
};

const english: Phrases = {
	apology:
		'We are sorry, we cannot take your call at the moment. Please leave a message after the tone and we will call you back.',
	thanks: 'Thank you. We have received your message. Goodbye.',
	notHeard: 'Sorry, I did not hear you.',
	notUnderstood: 'Sorry, I did not understand.',
	unknownNumber: 'We are sorry, this number is not in service; please check it and call again.',
};

const phrases: Record<string, Phrases> = {
	'es-MX': spanish,
	'es-US': spanish,
	'es-ES': {
		...spanish,
		apology:
			'Lo sentimos, en este momento no podemos atender su llamada. Por favor, deje su mensaje después de la señal y le llamaremos lo antes posible.',
	},
	'en-US': english,
	'en-GB': english,
	'pt-BR': {
		apology:
			'Desculpe, no momento não podemos atender a sua ligação. Por favor, deixe a sua mensagem após o sinal e retornaremos a ligação.',
		thanks: 'Muito obrigado. Recebemos a sua mensagem. Até logo.',
		notHeard: 'Desculpe, não ouvi.',
		notUnderstood: 'Desculpe, não entendi.',
		unknownNumber:
			'Desculpe, este número não está em uso; por favor, verifique o número e ligue novamente.',
	},
};

export function phrasesIn(language: string): Phrases {
	return phrases[sayLanguage(language)] ?? english;
}
