import { structuredAnswer } from '../structured/answer.ts';
import { readSchema } from '../structured/contract.ts';
import { OpenAiError } from './openai-error.ts';
import type { OpenAiScript } from './script.ts';

/** About what a tokenizer gives for Spanish. */
const CHARACTERS_PER_TOKEN = 4;
const REASONING_TOKENS = 64;

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

export interface Question {
  /** Everything of the user, joined. */
  readonly prompt: string;
  /** The last input of the user. */
  readonly subject: string;
  readonly schema: unknown;
  readonly reasons: boolean;
  readonly mostTokens: number | undefined;
}

export interface Completion {
  readonly text: string;
  readonly refusal: string | undefined;
  readonly cutBy: 'max_output_tokens' | 'content_filter' | undefined;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** What either API answers. @throws OpenAiError where the script wants an error */
export function complete(question: Question, script: OpenAiScript | undefined): Completion {
  const reply = script?.take(question.subject);
  const reasoningTokens = question.reasons ? REASONING_TOKENS : 0;
  const done = (text: string, more: Partial<Completion> = {}): Completion => ({
    text,
    refusal: undefined,
    cutBy: undefined,
    reasoningTokens,
    outputTokens: tokensOf(text) + reasoningTokens,
    ...more,
  });
  if (typeof reply === 'object' && 'error' in reply) {
    const { status, message, ...details } = reply.error;
    throw new OpenAiError(status, message, withoutUndefined(details));
  }
  if (typeof reply === 'object' && 'refusal' in reply) return done('', { refusal: reply.refusal });
  if (typeof reply === 'object') return done(reply.text, { cutBy: reply.incomplete });
  const text = reply ?? JSON.stringify(answerTo(question));
  // Reasoning counts against the limit, and may use it up before a word is written.
  const room = (question.mostTokens ?? Infinity) - reasoningTokens;
  if (tokensOf(text) <= room) return done(text);
  const cut = text.slice(0, Math.max(0, room) * CHARACTERS_PER_TOKEN);
  return done(cut, {
    cutBy: 'max_output_tokens',
    outputTokens: question.mostTokens ?? tokensOf(cut),
    reasoningTokens: Math.min(reasoningTokens, question.mostTokens ?? reasoningTokens),
  });
}

const answerTo = ({ schema, prompt }: Question): unknown =>
  structuredAnswer(readSchema(schema ?? { type: 'string', description: 'summary' }), prompt);

type Details = { type?: string; code?: string; retryAfterMs?: number };

function withoutUndefined(details: {
  [K in keyof Details]?: Details[K] | undefined;
}): Details {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== undefined),
  ) as Details;
}
