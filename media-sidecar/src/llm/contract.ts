import type { BilledModel } from '../kernel/billed-model.ts';
import type { ToolDefinition } from '../kernel/tool-definition.ts';

export type { ToolDefinition };

/** A language model that answers as a stream and may ask for tools. */
export interface LanguageModel {
  readonly name: string;
  /** @throws ProviderError; after an abort the iteration just ends. */
  generate(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent>;
}

export interface LlmRequest {
  readonly system: string;
  readonly history: readonly LlmMessage[];
  readonly tools: readonly ToolDefinition[];
  /**
   * False: the model may only speak. The tools are declared all the same: the history holds calls of
   * them, and a cached beginning of the request stays valid.
   * @defaultValue true
   */
  readonly mayCallTools?: boolean;
  /**
   * In tokens; what the model thinks counts as well.
   * @defaultValue adapter's
   */
  readonly maxOutputTokens?: number;
  /**
   * Told once by whoever answers, as soon as no more is counted: at the end, and when it is given up
   * what was counted until then. A request that is given up before anything was counted tells nothing.
   */
  readonly onUsage?: (usage: ModelUsage) => void;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type LlmMessage =
  | { readonly role: 'caller'; readonly text: string }
  | {
      readonly role: 'agent';
      /** What the caller heard of it: an interrupted answer is cut where it was heard. */
      readonly text: string;
      readonly toolCalls?: readonly ToolCall[];
      /** The provider's own parts, given back verbatim (Gemini's thought signatures live there). */
      readonly providerParts?: unknown;
    }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      readonly result: unknown;
    };

export type LlmEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | {
      readonly type: 'done';
      /** `malformed`: a call that the model may not make, or something that its provider cannot read. */
      readonly finishReason:
        'stop' | 'tool-calls' | 'max-tokens' | 'blocked' | 'malformed' | 'other';
      /** Set when the message must be given back verbatim. */
      readonly providerParts?: unknown;
    };

/** Tokens. */
export interface ModelUsage extends BilledModel {
  readonly inputTokens: number;
  /** Part of the input. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}
