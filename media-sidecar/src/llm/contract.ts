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
  /** @defaultValue adapter's */
  readonly maxOutputTokens?: number;
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
      readonly finishReason: 'stop' | 'tool-calls' | 'max-tokens' | 'blocked' | 'other';
      readonly usage: LlmUsage;
      /** Set when the message must be given back verbatim. */
      readonly providerParts?: unknown;
    };

export interface LlmUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}
