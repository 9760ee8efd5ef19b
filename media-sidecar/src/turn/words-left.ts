import { keysAsText } from './listening.ts';
import type { TurnState } from './state.ts';
import { joined } from './words.ts';

export interface WordsLeft {
  readonly text: string;
  /** Monotonic ms; absent where voice activity noticed nothing. */
  readonly speechStartedAtMs?: number | undefined;
  /** The same; absent also where the caller was still speaking. */
  readonly speechEndedAtMs?: number | undefined;
}

/** What the caller has said and pressed, and no turn has taken when the call is over. */
export function wordsLeft({ caller }: TurnState): WordsLeft | undefined {
  const { finals, interim, keys, speaking, speechEndedAtMs, turnStartedAtMs } = caller;
  const text = joined(joined(finals, interim), keys && keysAsText(keys));
  if (text === '') return undefined;
  return {
    text,
    speechStartedAtMs: turnStartedAtMs,
    speechEndedAtMs: speaking ? undefined : speechEndedAtMs,
  };
}

/** Whether the recogniser may still tell words that it has heard. */
export function awaitsWords({ caller }: TurnState): boolean {
  const { consumed, finals, interim, speaking, spokeSinceTurn } = caller;
  return speaking || spokeSinceTurn || joined(finals, interim) !== '' || consumed !== '';
}
