import type { CallerScriptOptions } from './caller-script.ts';
import type { LineConditions } from './delay-line.ts';
import type { ModelOptions } from './model-options.ts';
import type { RealtimeBenchOptions } from './options.ts';
import type { TruncationCase } from './truncation-figures.ts';

/** The calls of one round, and who talks how in them. */
export interface CallsPlan {
  readonly calls: number;
  /** From the last call's first frame to the measurement, in ms. */
  readonly settleMs: number;
  readonly seconds: number;
  readonly model: ModelOptions;
  /** What the model's handshake takes, in ms. */
  readonly connectDelayMs: number;
  readonly script: CallerScriptOptions;
  readonly network: LineConditions;
}

/** The API makes audio faster than it is heard. */
const SPEED = 1.5;
const THINKING_MS = 200;
const CONNECT_DELAY_MS = 500;
const NO_NETWORK: LineConditions = { delayMs: 0, jitterMs: 0 };
const ANSWER_MS = 5000;
/** An interruption leaves so much of the answer, so that it meets audio that is being played. */
const REST_MS = 1200;

const LOAD_DELTA_MS = 200;
/** Connecting, first words, first answer. */
const LOAD_SETTLE_MS = 6000;
/**
 * With it nobody speaks for 22 % of the time, as in the conversations that ITU-T P.59 (03/93)
 * averages. There the silence is cut into pieces of half a second, many of them within a turn; here
 * turns are spoken in one go, so most of it stands between the answer and the next question. The agent,
 * who explains, speaks twice as much as the caller, where P.59 has two equals.
 */
const THINKING_CALLER_MS = 1800;

/** Only interruptions count here: what comes before the first one is short. */
const TRUNCATION_GREETING_MS = 1000;
const TRUNCATION_PAUSE_MS = 400;
const TRUNCATION_SETTLE_MS = 4000;

/** An ordinary conversation: every other answer is interrupted. */
export function loadPlan(calls: number, seconds: number): CallsPlan {
  return {
    calls,
    settleMs: LOAD_SETTLE_MS,
    seconds,
    model: {
      deltaMs: LOAD_DELTA_MS,
      speed: SPEED,
      greetingMs: ANSWER_MS,
      answerMs: ANSWER_MS,
      thinkingMs: THINKING_MS,
    },
    connectDelayMs: CONNECT_DELAY_MS,
    script: {
      interruptEvery: 2,
      interruptFromMs: 1000,
      interruptToMs: ANSWER_MS - REST_MS,
      greetingMs: ANSWER_MS,
      answerMs: ANSWER_MS,
      pauseMs: THINKING_CALLER_MS,
    },
    network: NO_NETWORK,
  };
}

/** Every answer is interrupted. */
export function truncationPlan(
  { deltaMs, allAtOnce, network }: TruncationCase,
  options: RealtimeBenchOptions,
): CallsPlan {
  const { truncationCalls, truncationSeconds, delayMs, jitterMs } = options;
  return {
    calls: truncationCalls,
    settleMs: TRUNCATION_SETTLE_MS,
    seconds: truncationSeconds,
    model: {
      deltaMs,
      speed: allAtOnce ? Number.POSITIVE_INFINITY : SPEED,
      greetingMs: TRUNCATION_GREETING_MS,
      answerMs: ANSWER_MS,
      thinkingMs: THINKING_MS,
    },
    connectDelayMs: CONNECT_DELAY_MS,
    script: {
      interruptEvery: 1,
      interruptFromMs: 600,
      // Paced audio is still being made then.
      interruptToMs: allAtOnce ? ANSWER_MS - REST_MS : (ANSWER_MS / SPEED) * 0.8,
      greetingMs: TRUNCATION_GREETING_MS,
      answerMs: ANSWER_MS,
      pauseMs: TRUNCATION_PAUSE_MS,
    },
    network: network ? { delayMs, jitterMs } : NO_NETWORK,
  };
}
