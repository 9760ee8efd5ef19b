import { GoogleError } from '../google/google-error.ts';
import { think } from './brain.ts';
import type { BrainAnswer } from './brain.ts';
import { signThought } from './history.ts';
import type { GeminiModel } from './models.ts';
import { callableTools, textOf } from './request.ts';
import type { GenerateRequest, Part } from './request.ts';
import type { GeminiScript } from './script.ts';
import { thoughtTokensOf } from './thinking.ts';

/** About what a tokenizer gives for Spanish. */
const CHARACTERS_PER_TOKEN = 4;
const WORDS_PER_CHUNK = 4;
const SUMMARY_OF_THOUGHTS = '**Pensando la respuesta**\n\nReviso qué se pregunta y qué se sabe.';

/** An answer in the pieces in which it is streamed. */
export interface GeminiAnswer {
  /** Parts of the content, in order: a summary of thoughts, texts in small pieces, calls. */
  readonly parts: readonly Part[];
  /** Absent where the prompt is blocked. */
  readonly finishReason?: string;
  readonly finishMessage?: string;
  /** Why the prompt was not answered at all. */
  readonly blockReason?: string;
  readonly promptTokenCount: number;
  readonly thoughtsTokenCount: number;
}

export interface Answering {
  readonly script: GeminiScript | undefined;
  readonly newCallId: () => string;
  /** `null`: by the level of thinking. */
  readonly thoughtTokens: number | null;
}

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

const HTTP_TO_CODE: Readonly<Record<number, number>> = {
  400: 3,
  403: 7,
  404: 5,
  429: 8,
  500: 13,
  503: 14,
  504: 4,
};

const MESSAGES: Readonly<Record<number, string>> = {
  429: 'You exceeded your current quota, please check your plan and billing details.',
  500: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  503: 'The model is overloaded. Please try again later.',
  504: 'The request timed out. Please try again.',
};

export const geminiError = (status: number, message?: string): GoogleError =>
  GoogleError.fromCode(HTTP_TO_CODE[status] ?? 13, message ?? MESSAGES[status]);

/** What a script's steps are matched against: the user's last words, or the results of tools. */
function subjectOf(request: GenerateRequest): string {
  const parts = request.contents.at(-1)?.parts ?? [];
  const responses = parts.flatMap(({ functionResponse }) =>
    functionResponse ? [functionResponse] : [],
  );
  return responses.length > 0
    ? JSON.stringify(responses.map(({ name, response }) => ({ name, response })))
    : textOf(parts);
}

interface Said extends BrainAnswer {
  /** How the script wants it to end. */
  readonly finishReason?: string;
  readonly blockReason?: string;
}

/** @throws GoogleError where the script wants an error */
function scriptedOrThought(request: GenerateRequest, script: GeminiScript | undefined): Said {
  const reply = script?.take(subjectOf(request));
  if (reply === undefined) return think(request);
  if (typeof reply === 'string') return { text: reply, calls: [] };
  if ('blockReason' in reply) return { text: '', calls: [], blockReason: reply.blockReason };
  if ('empty' in reply) return { text: '', calls: [] };
  if ('finishReason' in reply) {
    return { text: reply.text, calls: [], finishReason: reply.finishReason };
  }
  if ('error' in reply) throw geminiError(reply.error.status, reply.error.message);
  const calls = 'toolCall' in reply ? [reply.toolCall] : reply.toolCalls;
  return { text: reply.text ?? '', calls };
}

/** Cuts after a few words; joined, the pieces are the text again. */
function pieces(text: string): string[] {
  return (
    text.match(
      new RegExp(`(?:\\s*\\S+){1,${WORDS_PER_CHUNK}}\\s*$|(?:\\s*\\S+){1,${WORDS_PER_CHUNK}}`, 'g'),
    ) ?? []
  );
}

/** What the limit leaves of a text, in tokens, once the model has thought. */
function limited(text: string, most: number, stopSequences: readonly string[]) {
  let end = text.length;
  for (const stop of stopSequences) {
    const at = text.indexOf(stop);
    if (at !== -1) end = Math.min(end, at);
  }
  const mostCharacters = most * CHARACTERS_PER_TOKEN;
  return {
    told: text.slice(0, Math.min(end, mostCharacters)),
    cut: most === 0 || mostCharacters < end,
  };
}

/** @throws GoogleError where the script wants an error */
export function answer(
  request: GenerateRequest,
  model: GeminiModel,
  { script, newCallId, thoughtTokens }: Answering,
): GeminiAnswer {
  const { text, calls, blockReason, finishReason } = scriptedOrThought(request, script);
  const promptTokenCount = tokensOf(
    JSON.stringify([request.systemInstruction, request.contents, request.tools]),
  );
  if (blockReason !== undefined) {
    return { parts: [], blockReason, promptTokenCount, thoughtsTokenCount: 0 };
  }
  const {
    maxOutputTokens = Infinity,
    stopSequences = [],
    thinkingConfig,
  } = request.generationConfig ?? {};
  const wanted = thoughtTokens ?? thoughtTokensOf(model, thinkingConfig);
  const thoughtsTokenCount = Math.min(wanted, maxOutputTokens);
  const { told, cut } = limited(text, maxOutputTokens - thoughtsTokenCount, stopSequences);
  const stray = cut ? undefined : strayCall(request, calls);
  const ending = cut ? 'MAX_TOKENS' : stray ? 'UNEXPECTED_TOOL_CALL' : (finishReason ?? 'STOP');

  const parts: Part[] = pieces(told).map((piece) => ({ text: piece }));
  if (thinkingConfig?.includeThoughts && thoughtsTokenCount > 0) {
    parts.unshift({ text: SUMMARY_OF_THOUGHTS, thought: true });
  }
  if (ending === 'STOP') parts.push(...signedEnd(model, told, calls, newCallId));
  return {
    parts,
    finishReason: ending,
    ...(stray === undefined
      ? {}
      : {
          finishMessage: `Unexpected tool call: Model tried to call an undeclared function: ${stray}`,
        }),
    promptTokenCount,
    thoughtsTokenCount,
  };
}

/** The name of a call that the model may not make. */
function strayCall(request: GenerateRequest, calls: BrainAnswer['calls']): string | undefined {
  const callable = callableTools(request);
  return calls.find((call) => !callable.some(({ name }) => name === call.name))?.name;
}

/** The calls, or the end of what was said, with the signature of the thoughts behind it. */
function signedEnd(
  model: GeminiModel,
  told: string,
  calls: BrainAnswer['calls'],
  newCallId: () => string,
): Part[] {
  const signs = model.generation === 3;
  if (calls.length === 0) {
    if (!signs || told === '') return [];
    return [{ text: '', thoughtSignature: signThought(model.name, told) }];
  }
  return calls.map(({ name, args }, index) => ({
    functionCall: { id: newCallId(), name, args },
    // Of parallel calls, the first one carries the signature.
    ...(signs && index === 0 ? { thoughtSignature: signThought(model.name, { name, args }) } : {}),
  }));
}

export const tokensOfPart = ({ text, functionCall }: Part): number =>
  tokensOf(functionCall ? JSON.stringify(functionCall) : (text ?? ''));

/** The parts of an answer that is not streamed: pieces of text joined again. */
export function joinedParts(parts: readonly Part[]): Part[] {
  const texts = parts.filter(({ text }) => text !== undefined);
  return [
    ...joined(texts.filter(({ thought }) => thought)),
    ...joined(texts.filter(({ thought }) => !thought)),
    ...parts.filter(({ functionCall }) => functionCall),
  ];
}

/** One part, with the signature if any of them has one. */
function joined(texts: readonly Part[]): Part[] {
  const [first] = texts;
  if (!first) return [];
  const signed = texts.find(({ thoughtSignature }) => thoughtSignature !== undefined);
  return [{ ...first, ...signed, text: texts.map(({ text }) => text).join('') }];
}
