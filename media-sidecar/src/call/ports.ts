import type { ToolCall, ToolDefinition } from '../llm/contract.ts';
import type { RealtimeSettings, TurnDetection } from '../realtime/contract.ts';
import type { VoiceSettings } from '../tts/contract.ts';

/**
 * What a live call needs from the rest of the sidecar. The call owns these ports; `domain/`
 * implements them. None of them is waited for on the frame path, except `SessionGate.claim`,
 * which happens once, before the conversation begins.
 */

/** Trades the single-use token of a `<Parameter>` for the session it was issued for. */
export interface SessionGate {
  /** Atomically marks the session as used. Any replica can claim a session of any other. */
  claim(request: SessionClaim): Promise<ClaimedSession | SessionRefusal>;
}

export interface SessionClaim {
  readonly sessionId: string;
  readonly token: string;
  readonly callSid: string;
  readonly streamSid: string;
}

export interface SessionRefusal {
  readonly refused: 'unknown' | 'used' | 'expired' | 'wrong-call';
}

export interface ClaimedSession {
  readonly sessionId: string;
  /** Our id of the call; events and records carry it. */
  readonly callId: string;
  readonly tenant: TenantProfile;
  /** Which agent speaks, e.g. `contact-center`. */
  readonly agent: string;
  readonly pipeline: Pipeline;
  /** How the audio reaches the agent: through our media socket, or from the carrier to the model. */
  readonly transport: 'media-stream' | 'sip';
  readonly direction: 'inbound' | 'outbound';
  readonly callSid: string;
  /** E.164, or absent for a withheld number. */
  readonly from?: string;
  readonly to?: string;
  readonly contact?: {
    readonly name?: string;
    /** What else is known, by name. */
    readonly attributes?: Readonly<Record<string, string>>;
  };
  /** Set by the workflow for this call; the agent may use them in what it says. */
  readonly variables: Readonly<Record<string, string>>;
  /** Tools that active n8n workflows offer for this tenant. */
  readonly tools: readonly ToolDefinition[];
}

/** How a conversation is held: hear, think and speak one after the other, or speech to speech. */
export type Pipeline = 'cascade' | 'realtime';

/** What a tenant sets for speech to speech; absent fields are the process's defaults. */
export interface RealtimePreferences {
  readonly model?: string;
  readonly voice?: string;
  /** 0.25 to 1.5. */
  readonly speed?: number;
  readonly turnDetection?: TurnDetection;
  /** null: none */
  readonly noiseReduction?: 'near_field' | 'far_field' | null;
  readonly transcriptionModel?: string;
  readonly reasoningEffort?: RealtimeSettings['reasoningEffort'];
}

export interface TenantProfile {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** IANA name, e.g. `America/Santiago`. */
  readonly timezone: string;
  /** BCP-47, e.g. `es-CL`. */
  readonly language: string;
  readonly voice: VoiceSettings;
  readonly realtime?: RealtimePreferences;
  /** First words of the agent, after which the AI disclosure follows when it is not part of them. */
  readonly greeting: string;
  /** Said in the first utterance: that the caller talks to an AI (EU AI Act, article 50). */
  readonly disclosure: string;
  /** Further instructions of the tenant for the model. */
  readonly instructions: string;
  readonly escalationNumber?: string;
  /** Whether it is open at a moment (wall clock, ms); absent where that is not known. */
  readonly isOpenAt?: (atMs: number) => boolean;
}

/** Writes the record of a call. Every method returns at once; writes happen in order, off the frame path. */
export interface CallRecorder {
  callStarted(call: {
    readonly callId: string;
    readonly tenantId: string;
    readonly startedAtMs: number;
  }): void;
  turn(turn: TurnRecord): void;
  /** What a provider's work for this call will cost. */
  usage(usage: UsageRecord): void;
  callEnded(call: CallEnding): void;
  /** Resolves when everything handed in so far is stored, or lost because that took too long. For draining. */
  flush(): Promise<void>;
}

/** What a provider counted. Prices are applied where it is stored. */
export interface UsageRecord {
  readonly callId: string;
  readonly tenantId: string;
  /** The agent's turn that it was for, by its index; absent for what belongs to no turn. */
  readonly turnIndex?: number;
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly service:
    'realtime' | 'transcription' | 'speech-to-text' | 'language-model' | 'text-to-speech';
  readonly provider: 'openai' | 'google';
  /** As the price table names it: `gpt-realtime-2.1`, `gemini-3.5-flash`, `chirp3-hd`. */
  readonly model: string;
  /** Amounts above 0. A cached input token is counted here and not under its plain name. */
  readonly amounts: Readonly<Partial<Record<UsageUnit, number>>>;
}

export type UsageUnit =
  | 'text-input-token'
  | 'cached-text-input-token'
  | 'audio-input-token'
  | 'cached-audio-input-token'
  | 'text-output-token'
  | 'audio-output-token'
  | 'second'
  | 'character';

export interface TurnRecord {
  readonly callId: string;
  readonly tenantId: string;
  /** Counts from 0 in the call, in the order in which the turns began. */
  readonly index: number;
  readonly role: 'caller' | 'agent' | 'tool';
  /** Caller: the transcript. Agent: what was heard. Tool: its name. */
  readonly text: string;
  /** Agent: everything that was generated, also what nobody heard. Tool: result as JSON text. */
  readonly generatedText?: string;
  readonly interrupted: boolean;
  /** Wall clock, ms. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly delays: TurnDelays;
}

/**
 * Delays of an agent's turn, each in ms since the caller's speech ended. Absent where it does not
 * apply (a greeting has no end of speech before it).
 */
export interface TurnDelays {
  readonly endOfTurnMs?: number;
  readonly modelFirstTokenMs?: number;
  readonly firstAudioByteMs?: number;
  readonly firstAudioSentMs?: number;
  readonly firstMarkMs?: number;
}

export type CallEndReason =
  | 'caller-hung-up'
  /** Before anybody answered. */
  | 'caller-left'
  | 'agent-hung-up'
  | 'idle'
  | 'time-limit'
  | 'transferred'
  | 'provider-failure'
  | 'connection-lost'
  | 'drained'
  | 'ended-by-request';

export interface CallEnding {
  readonly callId: string;
  readonly tenantId: string;
  readonly endedAtMs: number;
  readonly reason: CallEndReason;
  readonly framesReceived: number;
  readonly framesLost: number;
  readonly framesSent: number;
}

/** Runs an agent's tool call in the n8n workflow that offers the tool. */
export interface ToolRunner {
  /**
   * Never rejects: a late or failed tool is an outcome that the agent has to put into words.
   * Aborting the signal gives the call up at once.
   */
  run(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome>;
}

/** As much of a session as is known of a call long after it has ended. */
export type CallSubject = Pick<ClaimedSession, 'callId' | 'direction' | 'from' | 'to'> & {
  readonly tenant: Pick<
    TenantProfile,
    'id' | 'slug' | 'name' | 'timezone' | 'language' | 'escalationNumber'
  >;
};

/** What an agent's built-in tools do outside of the call. None of them rejects. */
export interface CallActions {
  /** Notes that somebody is to be called back. @param request from the model, not checked yet */
  scheduleCallback(
    call: CallSubject,
    request: {
      /** ISO 8601, local to the tenant when it has no offset; absent: as soon as possible. */
      readonly at?: string;
      /** E.164; absent: the number of this call. */
      readonly phoneNumber?: string;
      readonly reason?: string;
    },
  ): Promise<ToolOutcome>;
  /** Puts the number of the other side on the tenant's do-not-call list. */
  optOut(call: CallSubject, request: { readonly reason?: string }): Promise<ToolOutcome>;
  /** Tells subscribers (`call.escalated`). @param summary what the person who takes over should know */
  escalated(
    call: CallSubject,
    request: { readonly reason?: string; readonly summary?: string },
  ): void;
}

export interface ToolInvocation {
  readonly session: ClaimedSession;
  readonly call: ToolCall;
}

export type ToolOutcome =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly reason: 'late' | 'failed' | 'invalid-reply' | 'unknown-tool' | 'cancelled';
    };

export type {
  ClaimedTranscription,
  Track,
  TranscriptionClaim,
  TranscriptionEnding,
  TranscriptionEndReason,
  TranscriptionGap,
  TranscriptionGate,
  TranscriptionRecorder,
  TranscriptionReference,
  TranscriptionRefusal,
  UtteranceRecord,
} from './transcription/ports.ts';
