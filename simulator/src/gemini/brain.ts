import { structuredAnswer } from '../structured/answer.ts';
import { readSchema } from '../structured/contract.ts';
import { factsOf, inWords, relevantFacts } from './facts.ts';
import { ENGLISH_PHRASES, SPANISH_PHRASES } from './phrases.ts';
import type { Phrases } from './phrases.ts';
import { callableTools, textOf, toolsOf } from './request.ts';
import type { Content, GenerateRequest, Tool } from './request.ts';
import { argumentFor, chooseTool, endsCall } from './tool-choice.ts';
import { isEnglish, Meaning, plain } from './words.ts';

export interface BrainAnswer {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: Record<string, unknown> }[];
}

const GOODBYE =
  /\b(adios|chao|chau|hasta (luego|pronto|manana)|me despido|eso (es|seria|era) todo|nada mas|bye|goodbye|that is all|that s all)\b/;
const DECLINES =
  /^(no|no gracias|no muchas gracias|no nada|no eso es todo|muchas gracias|no thanks|no thank you)( gracias)?$/;
const GREETING_ONLY =
  /^(hola|alo|buenas|buenos dias|buenas tardes|buenas noches|hello|hi|good morning|good afternoon)( hola| buenas| buenos dias| buenas tardes| buenas noches)*$/;
const THANKS_ONLY =
  /^(muchas )?gracias$|^(muy bien|perfecto|ok|vale|ya|bueno|entiendo) (muchas )?gracias$|^(thank you|thanks)( very much)?$/;
const YES_ONLY = /^(si|claro|si por favor|por favor|ok|vale|yes|yes please|sure)$/;
const GO_ON =
  /^(siga|sigue|continue|continua|prosiga|y que mas|que mas|go on|si siga|si continue)\b/;
const TELL =
  /\b(cuenta\w*|cuente\w*|explica\w*|explique\w*|habla(me|nos)|hable(me|nos)|describ\w+|detall\w+|mas informacion|tell me (about|more)|explain|describe)\b/;
const ABOUT_AI =
  /\b(eres|es usted|usted es|sos|hablo con|hablando con|es esto|esto es|are you|am i talking to)\b.*\b(robot|maquina|bot|ia|inteligencia artificial|grabacion|grabado|persona|humano|humana|automatic\w*|virtual|machine|ai|human|real)\b/;
const LONGEST_STORY = 8;
const SHORTEST_STORY = 4;
const MESSAGE_KEYS = [
  'mensaje',
  'message',
  'respuesta',
  'answer',
  'texto',
  'text',
  'resumen',
  'summary',
];
const WRAPPER_KEYS = ['result', 'resultado', 'output', 'data', 'datos', 'response'];

const only = (text: string): BrainAnswer => ({ text, calls: [] });

/**
 * What a patient clerk would answer, by rules, from the request alone: the same request always gets
 * the same answer.
 */
export function think(request: GenerateRequest): BrainAnswer {
  const said = lastWordsOfUser(request.contents);
  const instruction = textOf(request.systemInstruction?.parts ?? []);
  const phrases = isEnglish(said === '' ? instruction : said) ? ENGLISH_PHRASES : SPANISH_PHRASES;
  const { responseMimeType, responseSchema, responseJsonSchema } = request.generationConfig ?? {};
  if (responseMimeType === 'application/json') {
    const schema = responseSchema ?? responseJsonSchema;
    const prompt = wordsOfUser(request.contents);
    const answer = schema ? structuredAnswer(readSchema(schema), prompt) : { respuesta: said };
    return only(JSON.stringify(answer));
  }
  const responses = (request.contents.at(-1)?.parts ?? []).flatMap(({ functionResponse }) =>
    functionResponse ? [functionResponse] : [],
  );
  if (responses.length > 0) return only(afterTools(responses, toolsOf(request), phrases));
  return converse(request, said, factsOf(instruction), phrases);
}

function converse(
  request: GenerateRequest,
  said: string,
  facts: readonly string[],
  phrases: Phrases,
): BrainAnswer {
  const words = plain(said);
  const tools = callableTools(request);
  const mustCall = request.toolConfig?.functionCallingConfig?.mode === 'ANY';
  const toldBefore = lastWordsOfModel(request.contents);
  const wasAskedForMore = plain(toldBefore).endsWith(plain(phrases.anythingElse));

  if (!mustCall) {
    if (words === '') return only(phrases.notUnderstood);
    if (ABOUT_AI.test(words)) return only(phrases.artificial);
    if (GOODBYE.test(words) || (wasAskedForMore && DECLINES.test(words))) {
      const end = tools.find(endsCall);
      return { text: phrases.goodbye, calls: end ? [callOf(end, said)] : [] };
    }
    if (GREETING_ONLY.test(words)) return only(phrases.greeting);
    if (THANKS_ONLY.test(words)) return only(`${phrases.thanks} ${phrases.anythingElse}`);
    if (YES_ONLY.test(words)) return only(phrases.goAhead);
    if (GO_ON.test(words)) return only(goOn(request.contents, facts, phrases));
    if (TELL.test(words)) return only(story(facts, said, phrases));
  }

  const choice = chooseTool(tools, said, mustCall);
  if (choice && (mustCall || choice.missing.length === 0)) {
    return { text: '', calls: [{ name: choice.tool.name, args: choice.args }] };
  }
  if (choice) return only(phrases.whichOne(choice.missing.join(', ')));
  const [fact] = relevantFacts(facts, said);
  if (fact) return only(`${fact} ${phrases.anythingElse}`);
  return only(new Meaning(said).stems.size > 0 ? phrases.unknown : phrases.notUnderstood);
}

function callOf(tool: Tool, said: string): BrainAnswer['calls'][number] {
  const args: Record<string, unknown> = {};
  for (const name of tool.parameters?.required ?? []) {
    const schema = tool.parameters?.properties?.[name];
    if (!schema) continue;
    args[name] = argumentFor(name, schema, said, new Set()) ?? schema.enum?.[0] ?? said;
  }
  return { name: tool.name, args };
}

/** Everything that the user said since the model last spoke. */
function lastWordsOfUser(contents: readonly Content[]): string {
  const after = contents.findLastIndex(({ role }) => role === 'model') + 1;
  return contents
    .slice(after)
    .map(({ parts }) => textOf(parts))
    .join(' ')
    .trim();
}

/** Everything of the user: what is to be read may stand before an answer that is to be corrected. */
const wordsOfUser = (contents: readonly Content[]): string =>
  contents
    .filter(({ role }) => role !== 'model')
    .map(({ parts }) => textOf(parts))
    .join('\n');

const lastWordsOfModel = (contents: readonly Content[]): string =>
  textOf(contents.findLast(({ role }) => role === 'model')?.parts ?? []);

function story(facts: readonly string[], said: string, phrases: Phrases): string {
  if (facts.length === 0) return phrases.unknown;
  const fitting = relevantFacts(facts, said);
  const others = facts.filter((fact) => !fitting.includes(fact));
  const told = [...fitting, ...others.slice(0, Math.max(0, SHORTEST_STORY - fitting.length))];
  return [phrases.story, ...told.slice(0, LONGEST_STORY), phrases.storyEnd].join(' ');
}

/** Facts that no answer of the model has told so far. */
function goOn(contents: readonly Content[], facts: readonly string[], phrases: Phrases): string {
  const told = contents
    .filter(({ role }) => role === 'model')
    .map(({ parts }) => textOf(parts))
    .join(' ');
  const rest = facts.filter((fact) => !told.includes(fact)).slice(0, LONGEST_STORY);
  return rest.length > 0
    ? [...rest, phrases.storyEnd].join(' ')
    : `${phrases.nothingMore} ${phrases.anythingElse}`;
}

const failed = (response: Record<string, unknown>): boolean =>
  (response['error'] !== undefined && response['error'] !== null && response['error'] !== false) ||
  response['ok'] === false ||
  response['success'] === false;

function afterTools(
  responses: readonly { name: string; response: Record<string, unknown> }[],
  tools: readonly Tool[],
  phrases: Phrases,
): string {
  const endings = new Set(tools.filter(endsCall).map(({ name }) => name));
  if (responses.every(({ name, response }) => endings.has(name) && !failed(response))) {
    return phrases.afterGoodbye;
  }
  if (responses.some(({ response }) => failed(response))) return phrases.toolFailed;
  const told = responses.map(({ response }) => spokenResult(response, phrases));
  return `${told.join(' ')} ${phrases.anythingElse}`;
}

function spokenResult(response: Record<string, unknown>, phrases: Phrases): string {
  let value: unknown = response;
  for (let depth = 0; depth < 3; depth++) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) break;
    const fields = value as Record<string, unknown>;
    const message = MESSAGE_KEYS.map((key) => fields[key]).find((each) => typeof each === 'string');
    if (typeof message === 'string' && message !== '') return asSentence(message);
    const wrapper = WRAPPER_KEYS.find((key) => fields[key] !== undefined && fields[key] !== null);
    if (wrapper === undefined) break;
    value = fields[wrapper];
  }
  if (typeof value === 'string' && value !== '') return asSentence(value);
  const quiet =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? withoutFlags(value)
      : value;
  const words = inWords(quiet);
  return words === '' ? phrases.toolEmpty : asSentence(`${phrases.toolIntro} ${words}`);
}

/** `ok: true` is nothing to tell a caller. */
const withoutFlags = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).filter(([key]) => !['ok', 'success', 'status'].includes(key)),
  );

const asSentence = (text: string): string =>
  /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
