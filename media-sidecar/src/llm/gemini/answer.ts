import { randomUUID } from 'node:crypto';
import type { FinishReason, GenerateContentResponse, Part } from '@google/genai';
import { ProviderError } from '../../kernel/errors.ts';
import type { LlmEvent, ModelUsage } from '../contract.ts';
import type { GeminiParts } from './parts.ts';

export const PROVIDER = 'gemini';

type Done = Extract<LlmEvent, { type: 'done' }>;

const BLOCKED = new Set<string>([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'LANGUAGE',
  'IMAGE_SAFETY',
]);

const MALFORMED = new Set<string>([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
]);

/** Collects one streamed answer and tells it in our words. */
export class GeminiAnswer {
  readonly #model: string;
  readonly #parts: Part[] = [];
  #calls = 0;
  #finishReason: FinishReason | undefined;
  #isPromptBlocked = false;
  #usage: ModelUsage | undefined;

  constructor(model: string) {
    this.#model = model;
  }

  /** What was counted so far; undefined while Gemini has told nothing. */
  get usage(): ModelUsage | undefined {
    return this.#usage;
  }

  *take(chunk: GenerateContentResponse): Generator<LlmEvent> {
    const { usageMetadata: usage } = chunk;
    if (usage) {
      this.#usage = {
        provider: 'google',
        model: this.#model,
        inputTokens: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
        cachedInputTokens: usage.cachedContentTokenCount ?? 0,
        outputTokens: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
      };
    }
    if (chunk.promptFeedback?.blockReason) this.#isPromptBlocked = true;
    const candidate = chunk.candidates?.[0];
    if (candidate?.finishReason) this.#finishReason = candidate.finishReason;
    for (const part of candidate?.content?.parts ?? []) yield* this.#takePart(part);
  }

  /** @throws ProviderError when the stream broke off before the answer was over */
  done(): Done {
    if (!this.#finishReason && !this.#isPromptBlocked) {
      throw new ProviderError(PROVIDER, 'protocol', 'the answer broke off', { retryable: true });
    }
    const providerParts: GeminiParts = {
      provider: 'gemini',
      model: this.#model,
      parts: this.#parts,
    };
    return {
      type: 'done',
      finishReason: this.#reason(),
      ...(this.#parts.length === 0 ? {} : { providerParts }),
    };
  }

  *#takePart(part: Part): Generator<LlmEvent> {
    const { functionCall } = part;
    if (functionCall) {
      // Ids are optional; one of our own goes into the parts too, so that the response matches.
      this.#calls += 1;
      const id = functionCall.id ?? randomUUID();
      this.#parts.push({ ...part, functionCall: { ...functionCall, id } });
      const call = { id, name: functionCall.name ?? '', arguments: functionCall.args ?? {} };
      yield { type: 'tool-call', call };
      return;
    }
    this.#keep(part);
    if (part.text && !part.thought) yield { type: 'text', text: part.text };
  }

  /** Fragments of plain text become one part; whatever carries anything else stays as it came. */
  #keep(part: Part): void {
    const last = this.#parts.at(-1);
    if (last && isPlainText(last) && isPlainText(part)) last.text = `${last.text}${part.text}`;
    else this.#parts.push({ ...part });
  }

  #reason(): Done['finishReason'] {
    if (this.#isPromptBlocked) return 'blocked';
    const reason = String(this.#finishReason);
    if (BLOCKED.has(reason)) return 'blocked';
    if (MALFORMED.has(reason)) return 'malformed';
    if (reason === 'MAX_TOKENS') return 'max-tokens';
    if (reason !== 'STOP') return 'other';
    return this.#calls > 0 ? 'tool-calls' : 'stop';
  }
}

function isPlainText(part: Part): boolean {
  return part.text !== undefined && Object.keys(part).length === 1;
}
