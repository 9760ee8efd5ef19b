import type { Clock } from '../../kernel/clock.ts';
import type { RealtimeToolCall, RespondRequest } from '../../realtime/contract.ts';
import { RecentMap } from '../recent-map.ts';

/** A response that the model is making. */
export interface RunningResponse {
  readonly responseId: string;
  /** As it was asked for; undefined: the model answers by itself. */
  readonly request: RespondRequest | undefined;
  readonly toolCalls: RealtimeToolCall[];
  /** It is known to leave a trace in the model's conversation. */
  readonly isRemembered: boolean;
  /** Items of which audio came when nobody wanted to hear it any more. */
  readonly unheard: Set<string>;
  /** Nobody wants to hear it any more. */
  muted: boolean;
  hasAudio: boolean;
}

/** After so long without a beginning, a response that was asked for is not waited for, in ms. */
const EXPECTED_WITHIN_MS = 5000;

/**
 * The model's responses, one at a time: it refuses to begin one while another is being made. What is
 * asked for meanwhile waits for its end.
 */
export class Responses {
  readonly #clock: Clock;
  readonly #send: (request: RespondRequest) => void;
  readonly #running = new Map<string, RunningResponse>();
  readonly #seen = new RecentMap<true>();
  readonly #asked = new Map<string, RespondRequest>();
  /** Tags of those that nobody wants to hear any more, and that may begin all the same. */
  readonly #unwanted = new Set<string>();
  readonly #waiting: (RespondRequest & { readonly tag: string })[] = [];
  /** About to begin: the one with this tag, or one that the model makes by itself. */
  #expected: { readonly tag: string | undefined; readonly untilMs: number } | undefined;
  #tags = 0;

  constructor(clock: Clock, send: (request: RespondRequest) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** One is being made that somebody wants to hear, or is about to be. */
  get busy(): boolean {
    return this.#isExpected || this.#waiting.length > 0 || this.wanted.length > 0;
  }

  /** An answer is asked for as soon as what is being made, or expected, is over. */
  get answerWaits(): boolean {
    return this.#waiting.some((request) => isForAnswer(request));
  }

  /** One is being made that nobody wants to hear. */
  get unwantedRuns(): boolean {
    return [...this.#running.values()].some(({ muted }) => muted);
  }

  /** Returns the tag that it will have. */
  ask(request: RespondRequest = {}): string {
    const tag = request.tag ?? `asked-${this.#tags++}`;
    const tagged = { ...request, tag };
    if (this.#isInTheWay || this.#isExpected) this.#waiting.push(tagged);
    else this.#ask(tagged);
    return tag;
  }

  /** The caller's turn is complete: the model is about to answer by itself. */
  expect(): void {
    if (!this.#isInTheWay) this.#awaitBegin(undefined);
  }

  /** It did not: it has to be asked. */
  askAnyway(): void {
    this.#expected = undefined;
    if (this.#isInTheWay) return;
    if (this.answerWaits) this.askNext();
    else this.ask();
  }

  /** @returns undefined for a response that was begun before */
  started(responseId: string, tag?: string): RunningResponse | undefined {
    if (this.#seen.has(responseId)) return undefined;
    this.#seen.set(responseId, true);
    this.#expected = undefined;
    const request = tag === undefined ? undefined : this.#asked.get(tag);
    const muted = tag !== undefined && (request === undefined || this.#unwanted.has(tag));
    if (tag !== undefined) {
      this.#asked.delete(tag);
      this.#unwanted.delete(tag);
    }
    const response: RunningResponse = {
      responseId,
      request,
      toolCalls: [],
      isRemembered: (tag === undefined || request !== undefined) && !request?.outOfBand,
      unheard: new Set(),
      muted,
      hasAudio: false,
    };
    this.#running.set(responseId, response);
    return response;
  }

  get(responseId: string): RunningResponse | undefined {
    return this.#running.get(responseId);
  }

  ended(responseId: string): RunningResponse | undefined {
    const response = this.#running.get(responseId);
    this.#running.delete(responseId);
    return response;
  }

  /** Asks for what had to wait, if it may be asked for now. */
  askNext(): void {
    if (this.#isInTheWay || this.#isExpected) return;
    const next = this.#waiting.shift();
    if (next) this.#ask(next);
  }

  /**
   * Nobody wants to hear what was asked for so far.
   * @returns what is being made, and whether there is something that was asked for and has not begun
   */
  muteAll(): { readonly made: readonly RunningResponse[]; readonly isAsked: boolean } {
    const made = this.wanted;
    const asked = [...this.#asked.keys()];
    const isAsked = asked.some((tag) => !this.#unwanted.has(tag));
    this.#waiting.length = 0;
    for (const tag of asked) this.#unwanted.add(tag);
    for (const response of made) response.muted = true;
    return { made, isAsked };
  }

  /** This one need not be asked for any more, if it has not been. */
  drop(tag: string): void {
    const at = this.#waiting.findIndex((request) => request.tag === tag);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** Nobody wants to hear this one. */
  mute(tag: string): void {
    if (this.#asked.has(tag)) this.#unwanted.add(tag);
    this.drop(tag);
    for (const response of this.#running.values()) {
      if (response.request?.tag === tag) response.muted = true;
    }
    if (this.#expected?.tag === tag) this.#expected = undefined;
    this.askNext();
  }

  /** No answer is wanted that was asked for and has not begun. */
  muteAnswers(): void {
    const waiting = this.#waiting.filter(isForAnswer).map(({ tag }) => tag);
    const asked = [...this.#asked].filter(([, request]) => isForAnswer(request));
    for (const tag of [...waiting, ...asked.map(([tag]) => tag)]) this.mute(tag);
  }

  /** Another session knows nothing of them. */
  reset(): void {
    this.#running.clear();
    this.#seen.clear();
    this.#waiting.length = 0;
    this.#asked.clear();
    this.#unwanted.clear();
    this.#expected = undefined;
  }

  /** What is being made, and somebody wants to hear. */
  get wanted(): RunningResponse[] {
    return [...this.#running.values()].filter(({ muted }) => !muted);
  }

  /**
   * One is being made that keeps others from beginning, or from being heard: not one beside the
   * conversation of which nobody wants to hear anything.
   */
  get #isInTheWay(): boolean {
    return [...this.#running.values()].some(({ muted, request }) => !muted || !request?.outOfBand);
  }

  get #isExpected(): boolean {
    return this.#expected !== undefined && this.#clock.monotonicMs() < this.#expected.untilMs;
  }

  #awaitBegin(tag: string | undefined): void {
    this.#expected = { tag, untilMs: this.#clock.monotonicMs() + EXPECTED_WITHIN_MS };
  }

  #ask(request: RespondRequest & { readonly tag: string }): void {
    this.#asked.set(request.tag, request);
    this.#awaitBegin(request.tag);
    this.#send(request);
  }
}

/** To what the caller said, and no sentence that we had the model say. */
export function isAnswer({ request }: RunningResponse): boolean {
  return request === undefined || isForAnswer(request);
}

function isForAnswer({ instructions }: RespondRequest): boolean {
  return instructions === undefined;
}
