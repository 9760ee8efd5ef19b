import type { RealtimeBenchOptions } from './options.ts';
import type { RoundPlan } from './round.ts';
import type { TruncationCase } from './truncation-figures.ts';

const ANSWER_MS = 5000;
const THINKING_MS = 200;
/** The API makes audio faster than it is heard. */
const SPEED = 1.5;
const CONNECT_DELAY_MS = 500;
const LOAD_DELTA_MS = 200;
/** An interruption leaves so much of the answer, so that it meets audio that is being played. */
const REST_MS = 1200;

/** An ordinary conversation: every other answer is interrupted. */
export function loadPlan(calls: number, seconds: number): RoundPlan {
  return {
    calls,
    seconds,
    model: {
      deltaMs: LOAD_DELTA_MS,
      speed: SPEED,
      answerMs: ANSWER_MS,
      thinkingMs: THINKING_MS,
    },
    connectDelayMs: CONNECT_DELAY_MS,
    script: {
      interruptEvery: 2,
      interruptFromMs: 1000,
      interruptToMs: ANSWER_MS - REST_MS,
      answerMs: ANSWER_MS,
    },
    network: { delayMs: 0, jitterMs: 0 },
  };
}

/** Every answer is interrupted. */
export function truncationPlan(
  { deltaMs, allAtOnce, network }: TruncationCase,
  options: RealtimeBenchOptions,
): RoundPlan {
  return {
    calls: options.truncationCalls,
    seconds: options.seconds,
    model: {
      deltaMs,
      speed: allAtOnce ? Number.POSITIVE_INFINITY : SPEED,
      answerMs: ANSWER_MS,
      thinkingMs: THINKING_MS,
    },
    connectDelayMs: CONNECT_DELAY_MS,
    script: {
      interruptEvery: 1,
      interruptFromMs: 600,
      // Paced audio is still being made then.
      interruptToMs: allAtOnce ? ANSWER_MS - REST_MS : (ANSWER_MS / SPEED) * 0.8,
      answerMs: ANSWER_MS,
    },
    network: network
      ? { delayMs: options.delayMs, jitterMs: options.jitterMs }
      : { delayMs: 0, jitterMs: 0 },
  };
}
