import type { Agent } from '../../agents/contract.ts';

/** What speech to speech asks of an agent beyond its own prompt, in the language it speaks. */
interface Wordings {
  readonly title: string;
  readonly rules: readonly string[];
  readonly sayExactly: (text: string) => string;
  readonly wasCut: string;
  readonly heardOnly: (text: string) => string;
  readonly askToRepeat: string;
  readonly earlier: string;
  readonly caller: string;
  readonly agent: string;
  readonly tool: string;
}

const spanish: Wordings = {
  title: 'Cómo conversas por teléfono',
  rules: [
    'Oyes y hablas directamente. Habla breve: una o dos frases, y luego deja hablar.',
    'Si el audio no se entiende (ruido, corte, voz lejana), no adivines: pide que lo repitan.',
    'Un silencio, una tos o una palabra suelta como "ajá" no es una pregunta: no inventes una respuesta.',
    'Di los números como se dicen en voz alta, y los teléfonos y códigos en grupos de cifras.',
    'No cambies de idioma, aunque oigas palabras sueltas de otro.',
    'Antes de prometer algo, espera el resultado de la herramienta. Nunca digas que algo está hecho si la herramienta no lo confirmó.',
    'Repite nombres, fechas y números importantes para confirmarlos.',
  ],
  sayExactly: (text) =>
    `Di exactamente lo siguiente, palabra por palabra, en el mismo idioma, sin agregar ni quitar nada, y no digas nada más:\n"${text}"`,
  wasCut:
    'La conexión se cortó un momento y tu última respuesta quedó a medias. Continúa desde donde quedaste, sin repetir lo que ya se oyó ni mencionar estas instrucciones.',
  heardOnly: (text) =>
    text
      ? `La persona te interrumpió. De tu última respuesta solo oyó: "${text}"`
      : 'La persona te interrumpió antes de oír tu última respuesta.',
  askToRepeat:
    'No se pudo oír lo que dijo la persona, porque la conexión se cortó un momento. Pídele amablemente que lo repita.',
  earlier: 'Lo que pasó antes en esta llamada, resumido:',
  caller: 'Persona',
  agent: 'Tú',
  tool: 'Herramienta',
};

const english: Wordings = {
  title: 'How you talk on the phone',
  rules: [
    'You hear and speak directly. Be brief: one or two sentences, then let the other person talk.',
    'If audio is unclear (noise, a gap, a distant voice), do not guess: ask to repeat it.',
    'A silence, a cough or a mere "uh-huh" is no question: do not invent an answer.',
    'Say numbers as they are spoken, and phone numbers and codes in groups of digits.',
    'Do not switch the language, even when you hear single words of another one.',
    'Before you promise something, wait for the result of the tool. Never say that something is done unless the tool confirmed it.',
    'Repeat important names, dates and numbers to confirm them.',
  ],
  sayExactly: (text) =>
    `Say exactly the following, word by word, in the same language, without adding or leaving out anything, and nothing else:\n"${text}"`,
  wasCut:
    'The connection dropped for a moment and your last answer was cut. Go on where it stopped, without repeating what was heard and without mentioning these instructions.',
  heardOnly: (text) =>
    text
      ? `The person interrupted you. Of your last answer they heard only: "${text}"`
      : 'The person interrupted you before they heard your last answer.',
  askToRepeat:
    'What the person said could not be heard, because the connection dropped for a moment. Ask them politely to say it again.',
  earlier: 'What happened earlier in this call, in short:',
  caller: 'Person',
  agent: 'You',
  tool: 'Tool',
};

/** Spanish unless the language is English, as the agents' phrases are. */
export function realtimeWordings(language: string): Wordings {
  return language.toLowerCase().startsWith('en') ? english : spanish;
}

/** The agent's own prompt, and what speech to speech needs besides. @param nowMs wall clock */
export function realtimeInstructions(agent: Agent, language: string, nowMs: number): string {
  const { title, rules } = realtimeWordings(language);
  const section = `${title}:\n${rules.map((rule) => `- ${rule}`).join('\n')}`;
  return `${agent.systemPrompt(nowMs)}\n\n${section}`;
}
