import type { RealtimeModel, RealtimeSettings } from '../../realtime/contract.ts';

/** What a tenant that sets nothing gets. */
export type RealtimeDefaults = Pick<
  RealtimeSettings,
  | 'model'
  | 'voice'
  | 'speed'
  | 'turnDetection'
  | 'noiseReduction'
  | 'transcriptionModel'
  | 'reasoningEffort'
  | 'maxOutputTokens'
>;

export interface RealtimeDeps {
  readonly model: RealtimeModel;
  readonly defaults: RealtimeDefaults;
  readonly options?: Partial<RealtimeOptions>;
}

export interface RealtimeOptions {
  /**
   * What the provider allows a session, in ms.
   * @defaultValue 3600000 (OpenAI: 60 minutes)
   */
  readonly sessionLimitMs: number;
  /**
   * Moves to a new session before the limit. A call over SIP cannot: it ends before.
   * @defaultValue true
   */
  readonly movesSessions: boolean;
  /**
   * So long before the limit a second session is opened, to move there in a quiet moment, in ms.
   * @defaultValue 180000
   */
  readonly handoverBeforeMs: number;
  /**
   * So long before the limit the call moves, quiet moment or not, in ms.
   * @defaultValue 10000
   */
  readonly handoverLatestMs: number;
  /**
   * Pauses before each attempt to open a lost session again, in ms.
   * @defaultValue [0, 500, 1500]
   */
  readonly reconnectDelaysMs: readonly number[];
  /**
   * Time that a session may take until it is ready, in ms.
   * @defaultValue 4000
   */
  readonly readyWithinMs: number;
  /**
   * After so long without a session that is ready, no further attempt begins, in ms: a model that
   * refuses is known to be away after 2 s, one that says nothing at all only after `readyWithinMs`
   * of each attempt.
   * @defaultValue 6000
   */
  readonly attemptsWithinMs: number;
  /**
   * A session that lived this long was a good one: its loss has all attempts again, in ms. Longer than
   * the wait for an answer, so that a model that never answers is given up.
   * @defaultValue 30000
   */
  readonly goodAfterMs: number;
  /**
   * What is told to a new session as it was said; what is older is condensed.
   * @defaultValue 24
   */
  readonly restoredItems: number;
  /**
   * Time that the model may take for a fixed sentence before another voice says it, in ms.
   * @defaultValue 2500
   */
  readonly audibleWithinMs: number;
  /**
   * Time after the caller's turn after which a model that does not answer by itself is asked, in ms.
   * @defaultValue 2500
   */
  readonly askAfterMs: number;
  /**
   * Longest wait for the words of a caller's turn, in ms.
   * @defaultValue 10000
   */
  readonly wordsWithinMs: number;
  /**
   * Time in which a model that stops by itself when it is spoken over has to do so, in ms.
   * @defaultValue 300
   */
  readonly stopsWithinMs: number;
  /**
   * Gap in the phone's audio from which silence stands in, in ms. What is only late, by a lost packet
   * or a busy machine, must not be torn apart: it comes in a burst, whole.
   * @defaultValue 400
   */
  readonly gapMs: number;
  /**
   * Most silence that stands in for one gap, in ms: enough for any turn detection.
   * @defaultValue 10000
   */
  readonly maxPaddingMs: number;
  /**
   * Between turns the caller's quiet frames wait for each other, for about 200 ms at most. What can be heard never
   * waits.
   * @defaultValue true
   */
  readonly holdsQuietFrames: boolean;
  /**
   * Pause before a model that refused for its rate limit is asked again, in ms.
   * @defaultValue 1500
   */
  readonly rateLimitPauseMs: number;
}

export const defaultRealtimeOptions = {
  sessionLimitMs: 3_600_000,
  movesSessions: true,
  handoverBeforeMs: 180_000,
  handoverLatestMs: 10_000,
  reconnectDelaysMs: [0, 500, 1500],
  readyWithinMs: 4000,
  attemptsWithinMs: 6000,
  goodAfterMs: 30_000,
  restoredItems: 24,
  audibleWithinMs: 2500,
  askAfterMs: 2500,
  wordsWithinMs: 10_000,
  stopsWithinMs: 300,
  gapMs: 400,
  maxPaddingMs: 10_000,
  holdsQuietFrames: true,
  rateLimitPauseMs: 1500,
} as const satisfies RealtimeOptions;
