import { GoogleError } from '../google/google-error.ts';
import { think } from './brain.ts';
import type { BrainAnswer } from './brain.ts';
import { signThought } from './history.ts';
import type { GeminiModel } from './models.ts';
import { textOf } from './request.ts';
import type { GenerateRequest, Part } from './request.ts';
import type { GeminiScript } from './script.ts';

/** About what a tokenizer gives for Spanish. */
const CHARACTERS_PER_TOKEN = 4;
const WORDS_PER_CHUNK = 4;

/** An answer in the pieces in which it is streamed. */
export interface GeminiAnswer {
  /** Parts of the content, in order; texts in small pieces. */
  readonly parts: readonly Part[];
  readonly finishReason: string;
  /** Why the prompt was not answered at all. */
  readonly blockReason?: string;
  readonly promptTokenCount: number;
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

function limited(text: string, request: GenerateRequest): { text: string; cut: boolean } {
  const { maxOutputTokens, stopSequences = [] } = request.generationConfig ?? {};
  let end = text.length;
  for (const stop of stopSequences) {
    const at = text.indexOf(stop);
    if (at !== -1) end = Math.min(end, at);
  }
  const most = (maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
  return { text: text.slice(0, Math.min(end, most)), cut: most < end };
}

/** @throws GoogleError where the script wants an error, or names a tool that was not declared */
export function answer(
  request: GenerateRequest,
  model: GeminiModel,
  script: GeminiScript | undefined,
  newCallId: () => string,
): GeminiAnswer {
  const said = scriptedOrThought(request, script);
  const { text, calls, blockReason } = said;
  const { text: told, cut } = limited(text, request);
  const parts: Part[] = pieces(told).map((piece) => ({ text: piece }));
  if (!cut) {
    for (const [index, { name, args }] of calls.entries()) {
      // Of parallel calls, the first one carries the signature.
      const signed = model.signsThoughts && index === 0;
      parts.push({
        functionCall: { id: newCallId(), name, args },
        ...(signed ? { thoughtSignature: signThought(model.name, { name, args }) } : {}),
      });
    }
  }
  if (calls.length === 0 && model.signsThoughts && !cut) {
    parts.push({ text: '', thoughtSignature: signThought(model.name, told) });
  }
  return {
    parts,
    finishReason: said.finishReason ?? (cut ? 'MAX_TOKENS' : 'STOP'),
    ...(blockReason === undefined ? {} : { blockReason }),
    promptTokenCount: tokensOf(
      JSON.stringify([request.systemInstruction, request.contents, request.tools]),
    ),
  };
}

export const tokensOfPart = ({ text, functionCall }: Part): number =>
  tokensOf(functionCall ? JSON.stringify(functionCall) : (text ?? ''));

/** The parts of an answer that is not streamed: pieces of text joined again. */
export function joinedParts(parts: readonly Part[]): Part[] {
  const text = parts.map((part) => part.text ?? '').join('');
  const signature = parts.find(
    (part) => part.text === '' && part.thoughtSignature,
  )?.thoughtSignature;
  const calls = parts.filter(({ functionCall }) => functionCall);
  const spoken: Part[] =
    text === '' && calls.length > 0
      ? []
      : [{ text, ...(signature === undefined ? {} : { thoughtSignature: signature }) }];
  return [...spoken, ...calls];
}
