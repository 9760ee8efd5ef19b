import { isBackchannel, isHesitation } from '../../turn/backchannel.ts';
import type { TurnOptions } from '../../turn/options.ts';

/**
 * What the agent did when the caller spoke: it had asked something, so that "sí" is an answer; it ran
 * a tool, so that "gracias" is none; or neither.
 */
export type AgentIs = 'asking' | 'working' | 'idle';

type Wordings = Pick<TurnOptions, 'language' | 'interruption'>;

interface Said {
  text: string;
  isFinal: boolean;
  readonly agentIs: AgentIs;
}

/**
 * What the caller said since the model last answered. A model that says nothing has failed, unless
 * there was nothing to say: to a cough, or to an "ajá".
 */
export class Unanswered {
  readonly #wordings: Wordings;
  readonly #turns = new Map<string, Said>();
  #isDemanded = false;

  constructor(wordings: Wordings) {
    this.#wordings = wordings;
  }

  /** @returns undefined while that hangs on words that are not known yet */
  get needsAnswer(): boolean | undefined {
    const turns = [...this.#turns.values()];
    if (this.#isDemanded || turns.length === 0) return true;
    if (turns.some((turn) => this.#asks(turn))) return true;
    return turns.every(({ isFinal }) => isFinal) ? false : undefined;
  }

  said(turnId: string, agentIs: AgentIs): void {
    this.#turns.set(turnId, { text: '', isFinal: false, agentIs });
  }

  /** @param text all that is known so far; empty where nobody could tell the words */
  words(turnId: string, text: string, isFinal: boolean): void {
    const turn = this.#turns.get(turnId);
    if (turn) Object.assign(turn, { text, isFinal });
  }

  /** The model has to say something, whatever the caller's words are. */
  demand(): void {
    this.#isDemanded = true;
  }

  answered(): void {
    this.#turns.clear();
    this.#isDemanded = false;
  }

  #asks({ text, agentIs }: Said): boolean {
    if (agentIs === 'asking') return !isHesitation(text);
    if (agentIs === 'working') return changesSubject(text, this.#wordings);
    const { interruption, language } = this.#wordings;
    return !isBackchannel(text, language, interruption.backchannels);
  }
}

/** Whether the caller speaks of something else now, and does not only accompany, thank or cough. */
export function changesSubject(text: string, { interruption, language }: Wordings): boolean {
  return !isBackchannel(text, language, interruption.backchannels, true);
}
