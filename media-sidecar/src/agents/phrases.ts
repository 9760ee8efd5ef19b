import type { AgentPhrase } from './contract.ts';

/** Fixed sentences, as they are spoken: short, polite (usted), without digits or symbols. */
export type PhraseBook = Readonly<Record<AgentPhrase, readonly [string, ...string[]]>>;

export const spanishPhrases = {
  filler: [
    'Un momento, por favor, lo estoy revisando.',
    'Sigo buscando, ya casi lo tengo.',
    'Gracias por esperar, todavía lo estoy consultando.',
  ],
  'idle-prompt': ['¿Sigue ahí?', '¿Hola? ¿Me escucha?'],
  'idle-goodbye': [
    'Parece que no le escucho. Si lo necesita, llámenos de nuevo. Que tenga un buen día.',
  ],
  bridge: [
    'Un momento, por favor, se cortó un segundo la conexión.',
    'Disculpe, sigo reconectando, ya estoy con usted.',
  ],
  apology: [
    'Disculpe, tuve un problema técnico. ¿Me lo puede repetir, por favor?',
    'Perdone, sigo con problemas. ¿Me lo dice una vez más?',
  ],
  'final-apology': ['Lo siento mucho, tengo un problema técnico y no puedo seguir con la llamada.'],
  'cannot-hear': ['Lo siento, no le puedo escuchar por un problema técnico.'],
  'time-limit': [
    'Debo terminar la llamada, porque llegamos al tiempo máximo. Gracias por llamar. Hasta luego.',
  ],
  goodbye: ['Gracias por llamar. Que tenga un buen día. Hasta luego.'],
  transfer: ['Le comunico con una persona. Un momento, por favor.'],
  'take-message': ['Por favor, deje su mensaje después de la señal y le devolveremos la llamada.'],
} as const satisfies PhraseBook;

export const englishPhrases = {
  filler: [
    'One moment please, I am checking that.',
    'Still looking, I almost have it.',
    'Thank you for waiting, I am still on it.',
  ],
  'idle-prompt': ['Are you still there?', 'Hello? Can you hear me?'],
  'idle-goodbye': [
    'I cannot hear you. Please call us again if you need anything. Have a nice day.',
  ],
  bridge: [
    'One moment please, the connection dropped for a second.',
    'Sorry, I am still reconnecting, I will be right with you.',
  ],
  apology: [
    'I am sorry, I had a technical problem. Could you say that again, please?',
    'Sorry, I am still having problems. Could you say that once more?',
  ],
  'final-apology': ['I am very sorry, I have a technical problem and cannot go on with this call.'],
  'cannot-hear': ['I am sorry, I cannot hear you because of a technical problem.'],
  'time-limit': [
    'I have to end this call now, because we reached the time limit. Thank you for calling. Goodbye.',
  ],
  goodbye: ['Thank you for calling. Have a nice day. Goodbye.'],
  transfer: ['I am connecting you with a person. One moment, please.'],
  'take-message': ['Please leave your message after the tone, and we will call you back.'],
} as const satisfies PhraseBook;

/** Spanish unless the language is English. */
export function phraseBook(language: string): PhraseBook {
  return language.toLowerCase().startsWith('en') ? englishPhrases : spanishPhrases;
}

export function wording(book: PhraseBook, kind: AgentPhrase, index: number): string {
  const wordings = book[kind];
  return wordings[Math.abs(Math.trunc(index)) % wordings.length] ?? wordings[0];
}
