import { isBackchannel, isHesitation } from '../../turn/backchannel.ts';
import type { TurnOptions } from '../../turn/options.ts';

/**
 * What the agent did when the caller spoke: it had asked something, so that "sí" is an answer; it ran
 * a tool, so that "gracias" is none; or neither.
 */
export type AgentIs = 'asking' | 'working' | 'idle';

type Wordings = Pick<TurnOptions, 'language' | 'interruption'>;

/** Longest speech that may have been a cough; with the silence that a provider counts in, in ms. */
const LONGEST_NOISE_MS = 1500;

interface Said {
  text: string;
  /** Its words were lost, and it was too long for a cough. */
  isUnclear: boolean;
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
  readonly #demands = new Set<object>();

  constructor(wordings: Wordings) {
    this.#wordings = wordings;
  }

  /** @returns undefined while that hangs on words that are not known yet */
  get needsAnswer(): boolean | undefined {
    const turns = [...this.#turns.values()];
    if (this.#demands.size > 0 || turns.length === 0) return true;
    if (turns.some((turn) => this.#asks(turn))) return true;
    return turns.every(({ isFinal }) => isFinal) ? false : undefined;
  }

  said(turnId: string, agentIs: AgentIs): void {
    this.#turns.set(turnId, { text: '', isUnclear: false, isFinal: false, agentIs });
  }

  /** The caller said it while a tool ran, and the model has not answered it. */
  isMeanwhile(turnId: string | undefined): boolean {
    return turnId !== undefined && this.#turns.get(turnId)?.agentIs === 'working';
  }

  /** @param text all that is known so far; empty where there are no words in it */
  words(turnId: string, text: string, isFinal: boolean): void {
    const turn = this.#turns.get(turnId);
    if (turn) Object.assign(turn, { text, isFinal });
  }

  /** Nobody will tell the words. */
  lost(turnId: string, speechMs: number): void {
    const turn = this.#turns.get(turnId);
    if (turn) Object.assign(turn, { isUnclear: speechMs > LONGEST_NOISE_MS, isFinal: true });
  }

  /**
   * The model has to say something, whatever the caller's words are.
   * @param about what may be withdrawn
   */
  demand(about: object = this): void {
    this.#demands.add(about);
  }

  withdraw(about: object): void {
    this.#demands.delete(about);
  }

  answered(): void {
    this.#turns.clear();
    this.#demands.clear();
  }

  #asks({ text, isUnclear, agentIs }: Said): boolean {
    if (isUnclear) return true;
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
