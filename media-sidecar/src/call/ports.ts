import type { ToolCall, ToolDefinition } from '../llm/contract.ts';
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
  readonly pipeline: 'cascade';
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

export interface TenantProfile {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** IANA name, e.g. `America/Santiago`. */
  readonly timezone: string;
  /** BCP-47, e.g. `es-CL`. */
  readonly language: string;
  readonly voice: VoiceSettings;
  /** First words of the agent, after which the AI disclosure follows when it is not part of them. */
  readonly greeting: string;
  /** Said in the first utterance: that the caller talks to an AI (EU AI Act, article 50). */
  readonly disclosure: string;
  /** Further instructions of the tenant for the model. */
  readonly instructions: string;
  readonly escalationNumber?: string;
}

/** Writes the record of a call. Every method returns at once; writes happen in order, off the frame path. */
export interface CallRecorder {
  callStarted(call: {
    readonly callId: string;
    readonly tenantId: string;
    readonly startedAtMs: number;
  }): void;
  turn(turn: TurnRecord): void;
  callEnded(call: CallEnding): void;
  /** Resolves when everything handed in so far is stored. For draining. */
  flush(): Promise<void>;
}

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
