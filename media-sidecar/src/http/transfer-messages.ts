/** What is said around a transfer to a person, by the language of the tenant. */
interface TransferMessages {
  /** To the person who takes over, before the summary. */
  readonly whisper: string;
  /** To the caller, when nobody took the call: a message is recorded after it. */
  readonly nobodyAnswered: string;
  /** In the note that somebody is to be called back. */
  readonly missed: string;
}

const messages: Readonly<Record<string, TransferMessages>> = {
  es: {
    whisper: 'Llamada que le pasa el asistente virtual.',
    nobodyAnswered:
      'En este momento nadie puede atenderle. Por favor, deje su mensaje después del tono y le devolveremos la llamada.',
    missed: 'Nadie atendió la transferencia.',
  },
  en: {
    whisper: 'A call from the virtual assistant.',
    nobodyAnswered:
      'Nobody can take your call right now. Please leave your message after the tone, and we will call you back.',
    missed: 'Nobody took the transfer.',
  },
  pt: {
    whisper: 'Ligação transferida pelo assistente virtual.',
    nobodyAnswered:
      'No momento ninguém pode atender. Por favor, deixe a sua mensagem após o sinal e retornaremos a ligação.',
    missed: 'Ninguém atendeu a transferência.',
  },
};

/** @param language BCP-47; Spanish where there are no words for it */
export function transferMessages(language: string): TransferMessages {
  const known = messages[new Intl.Locale(language).language] ?? messages['es'];
  if (!known) throw new Error('there are no messages in Spanish');
  return known;
}
