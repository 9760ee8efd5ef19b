import type { ProviderError } from '../kernel/errors.ts';
import type { ToolDefinition } from '../kernel/tool-definition.ts';

/**
 * A model that hears and speaks: audio in, audio out, both headerless G.711 µ-law at 8,000 Hz (8
 * bytes are one millisecond). It takes turns by itself; what it says is named by items, as
 * OpenAI's Realtime API has it: a response holds items, and an item of the agent holds speech.
 */
export interface RealtimeModel {
  readonly name: string;
  /** Whether it is not asked for a while, after failures in a row. A session opened now fails at once. */
  readonly isOpen: boolean;
  /**
   * Opens a session whose audio goes through us. Never throws; whatever goes wrong is told to the
   * listener, never in the same tick.
   */
  open(settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession;
  /**
   * Controls an accepted call whose audio does not go through us (SIP). `append` does nothing on
   * it, `onAudio` does not come; `onPlayback…` and `onKey` do.
   * @param callId the provider's, `rtc_…`
   */
  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession;
}

export interface RealtimeSettings {
  /** @example 'gpt-realtime-2.1' */
  readonly model: string;
  readonly instructions: string;
  /** @example 'marin' */
  readonly voice: string;
  /** 0.25 to 1.5. @defaultValue 1 */
  readonly speed?: number;
  /** BCP-47 of the caller's speech. */
  readonly languageCode: string;
  readonly tools: readonly ToolDefinition[];
  readonly turnDetection: TurnDetection;
  /** undefined: none */
  readonly noiseReduction?: 'near_field' | 'far_field';
  /** Model of the caller's transcript. @example 'gpt-transcribe' */
  readonly transcriptionModel: string;
  /** Words that the transcript should know: names of the tenant. */
  readonly transcriptionPrompt?: string;
  readonly maxOutputTokens?: number;
  readonly reasoningEffort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  /** Whether the model answers a turn by itself, and stops by itself when it is spoken over. */
  readonly answers: 'by-itself' | 'when-asked';
}

export type TurnDetection =
  | {
      readonly type: 'semantic_vad';
      /** How soon a pause ends a turn; `high` waits least. @defaultValue 'auto' */
      readonly eagerness?: 'low' | 'medium' | 'high' | 'auto';
    }
  | {
      readonly type: 'server_vad';
      /** 0 to 1. @defaultValue 0.5 */
      readonly threshold?: number;
      /** Audio before the speech that belongs to it, in ms. @defaultValue 300 */
      readonly prefixPaddingMs?: number;
      /** Silence that ends a turn, in ms. @defaultValue 500 */
      readonly silenceDurationMs?: number;
    };

/** One thing that was said or done, as a model is told of it afterwards. */
export type RealtimeItem =
  | { readonly role: 'caller'; readonly text: string }
  /** What was heard of it. */
  | { readonly role: 'agent'; readonly text: string }
  /** Something the model should know and nobody said. */
  | { readonly role: 'system'; readonly text: string }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      /** JSON text. */
      readonly arguments: string;
      /** JSON text. */
      readonly result: string;
    };

/** Methods do nothing on a session that is closed, and wait in order while it is not ready. */
export interface RealtimeSession {
  /** Whole frames of the caller, one or more. Held until the session is ready, and sent in order then. */
  append(mulaw: Uint8Array): void;
  /** Adds to the conversation, in this order. */
  add(items: readonly RealtimeItem[]): void;
  /**
   * Asks for an answer. Waits for the end of one that is being made, unless it is out of band. A
   * request that is refused is told as a response that begins and fails at once.
   */
  respond(request?: RespondRequest): void;
  /**
   * Stops the response that is being made, also one that was asked for and has not begun, and
   * forgets requests that wait. No more audio of it is told; what is asked for later is not touched.
   * Over SIP what the provider holds and has not played is dropped, too.
   */
  cancel(): void;
  /**
   * Forgets what was not heard of an item.
   * @param audioEndMs what was heard; the adapter never asks for more than the item really has, as
   *   far as it knows: over SIP the provider may refuse it
   */
  truncate(itemId: string, audioEndMs: number): void;
  /** @param output JSON text */
  toolResult(callId: string, output: string): void;
  /** Changes what is given. A voice cannot change once the model has spoken. */
  update(
    settings: Partial<
      Pick<RealtimeSettings, 'instructions' | 'tools' | 'turnDetection' | 'answers'>
    >,
  ): void;
  /** Nothing is told after it. Idempotent. */
  close(): void;
  /**
   * Stops what is being made, ends what the caller is saying, and closes when the words of that and the
   * costs of both are told, or when they take too long. Everything is told until then; whatever else it
   * is asked for it does not do. Over SIP, where the session ends with the call, this is `close`.
   * @returns resolves when it is closed, and never rejects; undefined where nothing was under way, and it
   *   was closed at once
   */
  finish(): Promise<void> | undefined;
}

export interface RespondRequest {
  /** In place of those of the session, for this response alone. */
  readonly instructions?: string;
  /** @defaultValue true */
  readonly mayUseTools?: boolean;
  /** Leaves no trace in the model's conversation: for a filler or a bridging phrase. */
  readonly outOfBand?: boolean;
  /** Comes back in `onResponseStarted`, so that who asked can tell it from others. */
  readonly tag?: string;
}

/** Called in the order of the wire, each in a tick of its own; a listener must not throw. */
export interface RealtimeListener {
  /** The settings were taken; from here on audio flows. Once. */
  onReady(): void;
  /** @param atMs in the caller's audio since the begin of the session */
  onSpeechStarted(speech: { readonly itemId: string; readonly atMs: number }): void;
  onSpeechStopped(speech: { readonly itemId: string; readonly atMs: number }): void;
  /** A turn of the caller is complete and part of the conversation, after `previousItemId`. */
  onCallerTurn(turn: { readonly itemId: string; readonly previousItemId?: string }): void;
  /** Words of a caller's turn. They may come after the answer has begun. */
  onCallerWords(words: {
    readonly itemId: string;
    /** All words of the turn so far. */
    readonly text: string;
    readonly final: boolean;
  }): void;
  /** The transcript of a caller's turn failed: nobody will tell its words. */
  onCallerWordsLost(itemId: string): void;
  onResponseStarted(response: { readonly responseId: string; readonly tag?: string }): void;
  onAudio(audio: {
    readonly responseId: string;
    readonly itemId: string;
    readonly mulaw: Uint8Array;
  }): void;
  /** No more audio of the item follows. */
  onAudioDone(itemId: string): void;
  /** More words of what the agent says. */
  onAgentWords(words: {
    readonly responseId: string;
    readonly itemId: string;
    readonly delta: string;
  }): void;
  onToolCall(call: RealtimeToolCall): void;
  onResponseDone(response: RealtimeResponseEnd): void;
  /** A transcript of the caller cost this; what a response cost comes with its end. */
  onTranscriptionUsage(usage: TranscriptionUsage): void;
  onRateLimits(limits: readonly RateLimit[]): void;
  /** A key of the phone (SIP only: over media streams the phone leg tells). */
  onKey(key: string): void;
  /** SIP only: what the provider plays to the caller began, was heard to its end, or was cut. */
  onPlayback(playback: {
    readonly state: 'started' | 'stopped' | 'cleared';
    readonly responseId: string;
  }): void;
  /** SIP only: the provider cut an item where it was heard. */
  onTruncated(item: { readonly itemId: string; readonly audioEndMs: number }): void;
  /** Something was refused; the session goes on. */
  onError(error: ProviderError): void;
  /**
   * The session is gone, however it ended; nothing follows. `retryable` tells whether a new one may
   * be tried. A session that reached the provider's time limit closes with code `stream-limit`.
   */
  onClosed(error: ProviderError): void;
}

export interface RealtimeToolCall {
  readonly responseId: string;
  readonly itemId: string;
  readonly callId: string;
  readonly name: string;
  /** As the model wrote it: perhaps no JSON. */
  readonly arguments: string;
}

export interface RealtimeResponseEnd {
  readonly responseId: string;
  readonly status: 'completed' | 'cancelled' | 'incomplete' | 'failed';
  /** The provider's word for why it is not completed. */
  readonly reason?: string;
  readonly usage?: ResponseUsage;
}

/** Tokens; `cached…` are part of their `input…`. */
export interface ResponseUsage {
  readonly textInput: number;
  readonly audioInput: number;
  readonly cachedTextInput: number;
  readonly cachedAudioInput: number;
  readonly textOutput: number;
  readonly audioOutput: number;
}

export type TranscriptionUsage =
  | { readonly type: 'duration'; readonly seconds: number }
  | {
      readonly type: 'tokens';
      readonly textInput: number;
      readonly audioInput: number;
      readonly textOutput: number;
    };

export interface RateLimit {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  /** Until it is full again, in ms. */
  readonly resetMs: number;
}

/** Calls that reach the provider over SIP. All throw ProviderError; `not-found`: the caller has left. */
export interface SipCalls {
  /** After any error but `not-found` the call may have been accepted all the same. */
  accept(callId: string, settings: RealtimeSettings, signal: AbortSignal): Promise<void>;
  /** @param statusCode SIP, e.g. 486 busy, 603 decline */
  reject(callId: string, statusCode: number, signal: AbortSignal): Promise<void>;
  /** @param targetUri `tel:+56…` or `sip:…` */
  refer(callId: string, targetUri: string, signal: AbortSignal): Promise<void>;
  hangUp(callId: string, signal: AbortSignal): Promise<void>;
}
