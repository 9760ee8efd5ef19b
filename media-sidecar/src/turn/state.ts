import type { EndReason } from './events.ts';

/** The caller's side. */
export interface CallerState {
  /** Voice activity right now. */
  speaking: boolean;
  /** Voice was heard since the last turn ended. */
  spokeSinceTurn: boolean;
  /** Begin of the open turn's first speech. */
  turnStartedAtMs: number | undefined;
  /** Begin of the latest stretch of speech. */
  speechStartedAtMs: number | undefined;
  /** End of the latest stretch of speech of the open turn; undefined while nothing was heard. */
  speechEndedAtMs: number | undefined;
  /** Words of the open turn that will not change any more. */
  finals: string;
  /** Words of the open turn that still may. */
  interim: string;
  interimStability: number;
  textChangedAtMs: number;
  /** First words of the recogniser's running utterance that belong to a turn already ended. */
  consumed: string;
  /** Keys pressed and not passed on yet. */
  keys: string;
  /** End of the pause after the last of them. */
  keysDueAtMs: number;
}

/** The last turn of the caller that was ended. Kept until the next one, for late transcripts. */
export interface AnsweredTurn {
  readonly id: string;
  /** As it was answered, or corrected since. */
  text: string;
  readonly finals: string;
  /** What was pressed at its end, as text. */
  readonly keys: string;
  /** `consumed` at the moment before this turn ended. */
  readonly consumedBefore: string;
  readonly startedAtMs: number | undefined;
  readonly speechEndedAtMs: number | undefined;
}

export type ReplyKind = 'greeting' | 'answer' | 'phrase';

export interface ReplyState {
  readonly id: string;
  readonly kind: ReplyKind;
  /** What it answers; empty for a phrase. */
  readonly text: string;
  /**
   * `speculative`: the turn has not ended. `thinking`: nothing was heard. `audible`: it sounds.
   * `waiting`: silent again, with more to come.
   */
  stage: 'speculative' | 'thinking' | 'audible' | 'waiting';
  audibleSinceMs: number | undefined;
  /** The caller cannot stop it (yet). */
  protected: boolean;
  /** Silenced because the caller may be speaking; `sounding`: it was audible then. */
  held: 'no' | 'before-sound' | 'sounding';
  toolsRunning: boolean;
  fillers: number;
  retried: { model: boolean; voice: boolean };
  fellBack: { model: boolean; voice: boolean };
  apologized: boolean;
  /** The call ends when it was heard. */
  closing: EndReason | undefined;
}

export interface TurnState {
  phase: 'before' | 'open' | 'ended';
  caller: CallerState;
  turn: AnsweredTurn | undefined;
  /** At most one reply at a time has the floor. */
  reply: ReplyState | undefined;
  /** Attempts of preemptive generation in the open turn. */
  tries: number;
  idlePrompts: number;
  /** Answers in a row that ended in an apology. */
  failedAnswers: number;
  listeningRestarts: number;
  /** Silence after open words, learned from the caller's pauses. */
  learnedDelayMs: number;
  /** Number of the next turn or reply. */
  nextNumber: number;
}

export function initialTurnState(minDelayMs: number): TurnState {
  return {
    phase: 'before',
    caller: {
      speaking: false,
      spokeSinceTurn: false,
      turnStartedAtMs: undefined,
      speechStartedAtMs: undefined,
      speechEndedAtMs: undefined,
      finals: '',
      interim: '',
      interimStability: 0,
      textChangedAtMs: 0,
      consumed: '',
      keys: '',
      keysDueAtMs: 0,
    },
    turn: undefined,
    reply: undefined,
    tries: 0,
    idlePrompts: 0,
    failedAnswers: 0,
    listeningRestarts: 0,
    learnedDelayMs: minDelayMs,
    nextNumber: 0,
  };
}

/** A copy deep enough that changing it leaves the original alone. */
export function copyOf(state: TurnState): TurnState {
  return {
    ...state,
    caller: { ...state.caller },
    turn: state.turn && { ...state.turn },
    reply: state.reply && {
      ...state.reply,
      retried: { ...state.reply.retried },
      fellBack: { ...state.reply.fellBack },
    },
  };
}
