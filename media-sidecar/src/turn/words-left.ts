import { keysAsText } from './listening.ts';
import type { TurnState } from './state.ts';
import { joined } from './words.ts';

export interface WordsLeft {
  readonly text: string;
  /** Some of it was spoken, and not pressed. */
  readonly isSpoken: boolean;
  /** Monotonic ms; absent where voice activity noticed nothing. */
  readonly speechStartedAtMs?: number;
  /** The same; absent also where the caller was still speaking. */
  readonly speechEndedAtMs?: number;
}

/**
 * What the caller has said and pressed, and no turn has taken when the call is over. Also an "ajá" counts,
 * of which nobody knows any more what would have become of it.
 */
export function wordsLeft({ caller }: TurnState): WordsLeft | undefined {
  const { finals, interim, keys, speaking, speechEndedAtMs, turnStartedAtMs } = caller;
  const words = joined(finals, interim);
  const text = joined(words, keys && keysAsText(keys));
  if (text === '') return undefined;
  return {
    text,
    isSpoken: words !== '',
    ...(turnStartedAtMs === undefined ? {} : { speechStartedAtMs: turnStartedAtMs }),
    ...(speaking || speechEndedAtMs === undefined ? {} : { speechEndedAtMs }),
  };
}

/** Whether the recogniser may still tell words that it has heard. */
export function awaitsWords({ caller }: TurnState): boolean {
  const { consumed, finals, interim, speaking, spokeSinceTurn } = caller;
  return speaking || spokeSinceTurn || joined(finals, interim) !== '' || consumed !== '';
}
