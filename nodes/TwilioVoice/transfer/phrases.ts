interface TransferPhrases {
	/** How the human takes the call. */
	accept(key: string): string;
	/** To the caller, when nobody took the call. */
	nobody: string;
	/** The same, before a message is recorded. */
	leaveMessage: string;
}

const spanish: TransferPhrases = {
	accept: (key) => `Para tomar la llamada, marque ${key}. Para rechazarla, cuelgue.`,
	nobody: 'Lo sentimos, en este momento nadie puede atenderle. Por favor, llame más tarde.',
	leaveMessage:
		'Lo sentimos, en este momento nadie puede atenderle. Por favor, deje su mensaje después de la señal.',
};

const english: TransferPhrases = {
	accept: (key) => `To take the call, press ${key}. To decline it, hang up.`,
	nobody: 'We are sorry, nobody can take your call at the moment. Please call again later.',
	leaveMessage:
		'We are sorry, nobody can take your call at the moment. Please leave a message after the tone.',
};

const portuguese: TransferPhrases = {
	accept: (key) => `Para atender a ligação, tecle ${key}. Para recusar, desligue.`,
	nobody: 'Desculpe, no momento ninguém pode atender. Por favor, ligue mais tarde.',
	leaveMessage:
		'Desculpe, no momento ninguém pode atender. Por favor, deixe a sua mensagem após o sinal.',
};

export function transferPhrases(language: string): TransferPhrases {
	if (language.startsWith('es')) return spanish;
	return language.startsWith('pt') ? portuguese : english;
}
