/** The languages that are offered, the first one first. Any other BCP-47 tag can be an expression. */
export const languages: Array<[code: string, name: string]> = [
	['es-CL', 'Spanish (Chile)'],
	['es-US', 'Spanish (United States)'],
	['es-ES', 'Spanish (Spain)'],
	['es-MX', 'Spanish (Mexico)'],
	['es-AR', 'Spanish (Argentina)'],
	['es-BO', 'Spanish (Bolivia)'],
	['es-CO', 'Spanish (Colombia)'],
	['es-CR', 'Spanish (Costa Rica)'],
	['es-DO', 'Spanish (Dominican Republic)'],
	['es-EC', 'Spanish (Ecuador)'],
	['es-GT', 'Spanish (Guatemala)'],
	['es-HN', 'Spanish (Honduras)'],
	['es-NI', 'Spanish (Nicaragua)'],
	['es-PA', 'Spanish (Panama)'],
	['es-PE', 'Spanish (Peru)'],
	['es-PR', 'Spanish (Puerto Rico)'],
	['es-PY', 'Spanish (Paraguay)'],
	['es-SV', 'Spanish (El Salvador)'],
	['es-UY', 'Spanish (Uruguay)'],
	['es-VE', 'Spanish (Venezuela)'],
	['en-US', 'English (United States)'],
	['en-GB', 'English (United Kingdom)'],
	['de-DE', 'German (Germany)'],
	['fr-CA', 'French (Canada)'],
	['fr-FR', 'French (France)'],
	['it-IT', 'Italian (Italy)'],
	['pt-BR', 'Portuguese (Brazil)'],
	['pt-PT', 'Portuguese (Portugal)'],
];

const names = new Map(languages);

export function languageName(code: string): string {
	return names.get(code) ?? code;
}

/** BCP-47 as far as Google uses it: `es-CL`, `cmn-Hans-CN`, `es-419`, and `auto` of chirp. */
export function isLanguageTag(code: string): boolean {
	return code === 'auto' || /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/.test(code);
}

/**
 * Which languages are tried when a model does not know the wanted one: the widest spread of the same
 * language, which recognises its other countries best.
 */
export function fallbacksFor(language: string): string[] {
	const [spoken] = language.split('-');
	const near: Record<string, string[]> = {
		en: ['en-US', 'en-GB'],
		es: ['es-US', 'es-ES'],
		pt: ['pt-BR', 'pt-PT'],
	};
	return (near[spoken ?? ''] ?? []).filter((code) => code !== language);
}
