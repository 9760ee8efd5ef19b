/** What the stand-in says when it has nothing of its own to tell. */
export interface Phrases {
  readonly greeting: string;
  readonly anythingElse: string;
  readonly thanks: string;
  readonly goodbye: string;
  readonly afterGoodbye: string;
  readonly notUnderstood: string;
  readonly unknown: string;
  readonly goAhead: string;
  readonly artificial: string;
  readonly toolFailed: string;
  readonly toolIntro: string;
  readonly toolEmpty: string;
  readonly story: string;
  readonly storyEnd: string;
  readonly nothingMore: string;
  readonly whichOne: (what: string) => string;
}

export const SPANISH_PHRASES: Phrases = {
  greeting: 'Hola, ¿en qué le puedo ayudar?',
  anythingElse: '¿Le puedo ayudar en algo más?',
  thanks: 'Con mucho gusto.',
  goodbye: 'Gracias por llamar. Que tenga un buen día. ¡Hasta luego!',
  afterGoodbye: 'Hasta luego.',
  notUnderstood: 'Disculpe, no le entendí bien. ¿Me lo puede repetir, por favor?',
  unknown: 'Disculpe, no tengo esa información. ¿Me puede dar más detalles de lo que necesita?',
  goAhead: 'Muy bien. Dígame, ¿qué necesita saber?',
  artificial:
    'Soy un asistente virtual con inteligencia artificial, no una persona. ¿En qué le puedo ayudar?',
  toolFailed:
    'Disculpe, en este momento no pude consultar esa información. ¿Le puedo ayudar en algo más?',
  toolIntro: 'Según la información que tengo,',
  toolEmpty: 'Listo, quedó hecho.',
  story: 'Con mucho gusto le cuento.',
  storyEnd: 'Si quiere, le doy más detalles de cualquiera de estos puntos.',
  nothingMore: 'Eso es todo lo que le puedo contar por ahora.',
  whichOne: (what) => `Claro. Para ayudarle necesito un dato más: ${what}. ¿Me lo puede decir?`,
};

export const ENGLISH_PHRASES: Phrases = {
  greeting: 'Hello, how can I help you?',
  anythingElse: 'Can I help you with anything else?',
  thanks: 'You are welcome.',
  goodbye: 'Thank you for calling. Have a nice day. Goodbye!',
  afterGoodbye: 'Goodbye.',
  notUnderstood: 'Sorry, I did not understand. Could you say that again, please?',
  unknown: 'Sorry, I do not have that information. Could you give me more details?',
  goAhead: 'Very well. What would you like to know?',
  artificial:
    'I am a virtual assistant with artificial intelligence, not a person. How can I help you?',
  toolFailed: 'Sorry, I could not look that up right now. Can I help you with anything else?',
  toolIntro: 'According to my information,',
  toolEmpty: 'It is done.',
  story: 'I am happy to tell you.',
  storyEnd: 'If you like, I can tell you more about any of these.',
  nothingMore: 'That is all I can tell you for now.',
  whichOne: (what) => `Sure. I need one more detail: ${what}. Could you tell me?`,
};
