/** When the caller's turn counts as ended. */
export interface EndOfTurnOptions {
  /**
   * Silence after words that read as complete (a question, a courtesy), in ms.
   * @defaultValue 300
   */
  readonly completeDelayMs: number;
  /**
   * Silence after words that may or may not be complete, in ms.
   * @defaultValue 500
   */
  readonly minDelayMs: number;
  /**
   * Silence after words that read as unfinished, and the longest wait for a transcript, in ms.
   * @defaultValue 3000
   */
  readonly maxDelayMs: number;
  /**
   * How long an interim transcript must stand still before it counts, in ms. A final needs no wait.
   * @defaultValue 100
   */
  readonly settleMs: number;
  /**
   * Learns the caller's pauses within a turn and lengthens `minDelayMs` towards them.
   * @defaultValue false
   */
  readonly dynamic: boolean;
}

/** When the caller's speech stops the agent. */
export interface InterruptionOptions {
  /**
   * Speech without known words that stops the agent, in ms.
   * @defaultValue 500
   */
  readonly minDurationMs: number;
  /**
   * Words that stop the agent at once.
   * @defaultValue 1
   */
  readonly minWords: number;
  /**
   * Silence without words after which the stopped agent goes on, in ms.
   * @defaultValue 2000
   */
  readonly falseInterruptionMs: number;
  /**
   * The same when nothing of the answer had been heard yet: the caller must not wait twice, in ms.
   * @defaultValue 500
   */
  readonly heldAnswerMs: number;
  /**
   * Words that accompany and do not interrupt, added to those of the language.
   * @defaultValue []
   */
  readonly backchannels: readonly string[];
  /**
   * From the beginning of the agent's speech until this, a backchannel counts as real words, in ms.
   * @defaultValue 0 (a caller's late "ok" right there belongs to what he said himself)
   */
  readonly backchannelStartMs: number;
  /**
   * A backchannel within this time before the end of the agent's speech is an answer, in ms.
   * @defaultValue 1000
   */
  readonly backchannelEndMs: number;
}

/** Generation that begins before the turn has ended. */
export interface PreemptiveOptions {
  /** @defaultValue true */
  readonly enabled: boolean;
  /**
   * Stability of an interim (0 to 1) from which it is worth an attempt.
   * @defaultValue 0.8
   */
  readonly minStability: number;
  /**
   * Attempts in one turn of the caller.
   * @defaultValue 3
   */
  readonly maxTries: number;
  /**
   * Speech of the caller beyond which no attempt is made, in ms.
   * @defaultValue 10000
   */
  readonly maxSpeechMs: number;
}

/** What is said when the agent itself lets the caller wait. */
export interface FillerOptions {
  /**
   * Silence while a tool runs, in ms.
   * @defaultValue 900
   */
  readonly afterMs: number;
  /**
   * Silence while the model thinks, in ms.
   * @defaultValue 1800
   */
  readonly thinkingAfterMs: number;
  /**
   * Silence between two fillers of one answer, in ms.
   * @defaultValue 5000
   */
  readonly repeatAfterMs: number;
  /**
   * Fillers in one answer.
   * @defaultValue 3
   */
  readonly maxPerAnswer: number;
}

/** What happens when the caller says nothing. */
export interface SilenceOptions {
  /**
   * Silence of both sides before the agent asks whether the caller is there, in ms.
   * @defaultValue 8000
   */
  readonly idleAfterMs: number;
  /**
   * Times that it asks before it says goodbye.
   * @defaultValue 2
   */
  readonly maxPrompts: number;
}

/** How failures and the end of a call are handled. */
export interface LimitOptions {
  /**
   * Longest call, in ms.
   * @defaultValue 1800000 (30 minutes)
   */
  readonly maxCallMs: number;
  /**
   * Time that a last sentence may take before the call ends without it, in ms.
   * @defaultValue 15000
   */
  readonly lastWordsMs: number;
  /**
   * Answers in a row that may fail with an apology before the call is given up.
   * @defaultValue 2
   */
  readonly maxFailedAnswers: number;
  /**
   * Times that a lost speech recognition is opened again.
   * @defaultValue 2
   */
  readonly maxListeningRestarts: number;
  /**
   * Pause after a key after which the keys pressed so far are passed on, in ms.
   * @defaultValue 1500
   */
  readonly keyPauseMs: number;
}

export interface TurnOptions {
  /**
   * BCP-47; decides which words read as unfinished or as a backchannel.
   * @defaultValue 'es-CL'
   */
  readonly language: string;
  readonly endOfTurn: EndOfTurnOptions;
  readonly interruption: InterruptionOptions;
  readonly preemptive: PreemptiveOptions;
  readonly filler: FillerOptions;
  readonly silence: SilenceOptions;
  readonly limits: LimitOptions;
}

/** Baseline: the defaults of livekit/agents-js (`voice/turn_config`), shorter for complete words. */
export const defaultTurnOptions = {
  language: 'es-CL',
  endOfTurn: {
    completeDelayMs: 300,
    minDelayMs: 500,
    maxDelayMs: 3000,
    settleMs: 100,
    dynamic: false,
  },
  interruption: {
    minDurationMs: 500,
    minWords: 1,
    falseInterruptionMs: 2000,
    heldAnswerMs: 500,
    backchannels: [],
    backchannelStartMs: 0,
    backchannelEndMs: 1000,
  },
  preemptive: { enabled: true, minStability: 0.8, maxTries: 3, maxSpeechMs: 10_000 },
  filler: { afterMs: 900, thinkingAfterMs: 1800, repeatAfterMs: 5000, maxPerAnswer: 3 },
  silence: { idleAfterMs: 8000, maxPrompts: 2 },
  limits: {
    maxCallMs: 1_800_000,
    lastWordsMs: 15_000,
    maxFailedAnswers: 2,
    maxListeningRestarts: 2,
    keyPauseMs: 1500,
  },
} as const satisfies TurnOptions;

/** What is to differ from the defaults. */
export type TurnSettings = {
  readonly [Part in Exclude<keyof TurnOptions, 'language'>]?: Partial<TurnOptions[Part]>;
};

/**
 * Lays settings over the defaults, for a language.
 * @throws RangeError where the delays of the end of turn are not in their order
 */
export function turnOptions(language: string, settings: TurnSettings = {}): TurnOptions {
  const merged = {
    language,
    endOfTurn: { ...defaultTurnOptions.endOfTurn, ...settings.endOfTurn },
    interruption: { ...defaultTurnOptions.interruption, ...settings.interruption },
    preemptive: { ...defaultTurnOptions.preemptive, ...settings.preemptive },
    filler: { ...defaultTurnOptions.filler, ...settings.filler },
    silence: { ...defaultTurnOptions.silence, ...settings.silence },
    limits: { ...defaultTurnOptions.limits, ...settings.limits },
  };
  const { completeDelayMs, minDelayMs, maxDelayMs } = merged.endOfTurn;
  if (completeDelayMs > minDelayMs || minDelayMs > maxDelayMs) {
    throw new RangeError('end of turn: completeDelayMs <= minDelayMs <= maxDelayMs must hold');
  }
  return merged;
}
