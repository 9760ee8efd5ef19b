import type { Agent } from '../agents/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { PhoneLeg } from '../telephony/contract.ts';
import type { BuiltInTools } from './built-in-tools.ts';
import type { CascadeProviders } from './cascade/providers.ts';
import type { Dialogue } from './dialogue.ts';
import type { CallOptions } from './options.ts';
import type { CallEndReason, CallRecorder, ClaimedSession, ToolRunner } from './ports.ts';
import type { TurnLog } from './turn-log.ts';
import type { VoiceActivity } from './voice-activity.ts';

/**
 * One way to hold the conversation of a call. The call owns the phone leg, the record and the end;
 * a conversation owns who speaks when. Another one may take its place in the middle of the call.
 */
export interface Conversation {
  /** Everything that may throw; nothing is recorded and nobody is greeted yet. Once, before `start`. */
  prepare(): void;
  /** Greets and listens; or goes on where another conversation was, without a greeting. */
  start(resumption?: Resumption): void;
  /** One frame of the caller. */
  onAudio(frame: Uint8Array): void;
  onKey(key: string): void;
  onFirstPlayed(itemId: string): void;
  onItemPlayed(itemId: string): void;
  /**
   * Stops everything at once, and hands what was heard to dialogue and log. What the caller said last may
   * still have to be told.
   * @returns resolves when log and usage are complete; undefined when they are already
   */
  finish(): Promise<void> | undefined;
}

/** What a conversation leaves to the one that takes its place; the rest is in dialogue and log. */
export interface Resumption {
  /**
   * `answer`: the last turn in the dialogue is waiting for one. `repetition`: the answer was cut, or
   * the caller was not understood.
   */
  readonly owes: 'nothing' | 'answer' | 'repetition';
  /**
   * A turn that has its place in dialogue and log, but not all of its words: `frames` hold it once more,
   * and what is heard there is that turn, no other one. The log waits for its words.
   */
  readonly openTurnId: string | undefined;
  /** The caller was told already that something went wrong. */
  readonly bridged: boolean;
  /** Frames of the caller that nobody has listened to, in order. */
  readonly frames: readonly Uint8Array[];
  /** Keys that were pressed and not passed on. */
  readonly keys: string;
}

/** What the calls of a process have in common. */
export interface CallServices {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly options: CallOptions;
  readonly providers: CascadeProviders;
  readonly recorder: CallRecorder;
  /** Those that workflows offer. */
  readonly tools: ToolRunner;
  readonly voiceActivity: () => VoiceActivity;
}

/** What the conversations of a call share. */
export interface CallContext extends CallServices {
  /** Those that the call performs; names all that the model may call. */
  readonly builtIn: BuiltInTools;
  readonly leg: PhoneLeg;
  readonly session: ClaimedSession;
  readonly agent: Agent;
  readonly log: TurnLog;
  /** What was said and done so far, whoever led the conversation. */
  readonly dialogue: Dialogue;
  /** When the call began, monotonic ms. */
  readonly startedMs: number;
  /** Ends the call: closes the conversation, the record and the line. */
  end(reason: CallEndReason): void;
}
