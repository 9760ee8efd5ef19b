/** Lower case without accents and punctuation, words separated by one space. */
export function plain(text: string): string {
	return text
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, ' ')
		.trim();
}

export function wordsOf(text: string): string[] {
	const words = plain(text);
	return words === '' ? [] : words.split(' ');
}

/** Whether the phrase stands in the text as whole words; both plain. */
export function holds(text: string, phrase: string): boolean {
	return phrase !== '' && ` ${text} `.includes(` ${phrase} `);
}
