import type { RespondRequest } from '../contract.ts';
import { RecentIds } from './recent-ids.ts';
import { cancelRequest, RACE, respondRequest } from './requests.ts';

interface Ask {
  readonly request: RespondRequest;
  readonly attempt: number;
  /** It was cancelled before there was a response to cancel. */
  isDoomed: boolean;
}

interface ActiveResponse {
  /** Whether it keeps the conversation from another response. */
  isInTheWay: boolean;
  /** Whether what it says has a place in the conversation. */
  readonly isRemembered: boolean;
  isCancelled: boolean;
}

/** A request that is refused for a response that nobody told us of is tried so often. */
const MAX_ATTEMPTS = 3;
/** What is told of a response after its end comes right behind it. */
const ENDED_KEPT = 16;

/**
 * The responses of a session, and the requests for one. The provider makes one at a time in its
 * conversation (any number beside it) and refuses a request for another, so requests wait for the
 * end of the one that is being made, also where the provider began it by itself.
 */
export class Responses {
  readonly #send: (request: string) => void;
  /** Sent, and not answered yet. */
  readonly #asks = new Map<string, Ask>();
  readonly #waiting: Ask[] = [];
  readonly #active = new Map<string, ActiveResponse>();
  readonly #ended = new RecentIds(ENDED_KEPT);
  readonly #nonce: string;
  #count = 0;
  #isFinishing = false;

  /** @param nonce tells our requests from those that others make of the same session; may be empty */
  constructor(send: (request: string) => void, nonce: string) {
    this.#send = send;
    this.#nonce = nonce;
  }

  ask(request: RespondRequest): void {
    const ask = { request, attempt: 1, isDoomed: false };
    if (request.outOfBand === true) this.#sendAsk(ask);
    else {
      this.#waiting.push(ask);
      this.#askNext();
    }
  }

  /** Ends what is being made and what was asked for, and forgets what waits. */
  cancel(): void {
    this.#waiting.length = 0;
    for (const ask of this.#asks.values()) ask.isDoomed = true;
    for (const [responseId, response] of this.#active) this.#cancel(responseId, response);
  }

  /** The same, and so for every response that begins from here on. */
  finish(): void {
    this.#isFinishing = true;
    this.cancel();
  }

  /** Nothing is being made or was asked for. */
  get areOver(): boolean {
    return this.#active.size === 0 && this.#asks.size === 0 && this.#waiting.length === 0;
  }

  /** @returns its request, if it was ours; undefined for a response that is known already */
  created(responseId: string, askId: string | undefined): { request?: RespondRequest } | undefined {
    const ask = askId === undefined ? undefined : this.#asks.get(askId);
    if (askId !== undefined) this.#asks.delete(askId);
    if (this.stateOf(responseId) !== 'unknown') return undefined;
    const isRemembered = ask?.request.outOfBand !== true;
    // There is one at a time: the end of the one before got lost, or comes late.
    if (isRemembered) for (const before of this.#active.values()) before.isInTheWay = false;
    const response = { isInTheWay: isRemembered, isRemembered, isCancelled: false };
    this.#active.set(responseId, response);
    if (this.#isFinishing || ask?.isDoomed === true) this.#cancel(responseId, response);
    return ask ? { request: ask.request } : {};
  }

  /** Whether audio of a response may still be played. `unknown`: its begin was not told. */
  stateOf(responseId: string): 'active' | 'cancelled' | 'ended' | 'unknown' {
    const response = this.#active.get(responseId);
    if (response) return response.isCancelled ? 'cancelled' : 'active';
    return this.#ended.has(responseId) ? 'ended' : 'unknown';
  }

  /** It was cancelled, and stands in the conversation with all that was made of it. */
  isCutInMemory(responseId: string): boolean {
    const response = this.#active.get(responseId);
    return response !== undefined && response.isCancelled && response.isRemembered;
  }

  /** False for one that has ended before. */
  ended(responseId: string): boolean {
    if (!this.#ended.add(responseId)) return false;
    this.#active.delete(responseId);
    this.#askNext();
    return true;
  }

  /**
   * A request was refused. Returns it; undefined for one that is not known, or is tried again.
   * @param isTooEarly another response is being made
   */
  refused(askId: string, isTooEarly: boolean): RespondRequest | undefined {
    const ask = this.#asks.get(askId);
    if (!ask) return undefined;
    this.#asks.delete(askId);
    const isWaitWorthIt = this.#isBusy() || ask.attempt < MAX_ATTEMPTS;
    const isRetried = isTooEarly && !ask.isDoomed && isWaitWorthIt;
    if (isRetried) this.#waiting.unshift({ ...ask, attempt: ask.attempt + 1 });
    this.#askNext();
    return isRetried ? undefined : ask.request;
  }

  #isBusy(): boolean {
    for (const { isInTheWay } of this.#active.values()) if (isInTheWay) return true;
    for (const { request } of this.#asks.values()) if (request.outOfBand !== true) return true;
    return false;
  }

  #askNext(): void {
    if (this.#isBusy()) return;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#sendAsk(next);
  }

  #sendAsk(ask: Ask): void {
    const askId = `ask_${this.#nonce}${++this.#count}`;
    this.#asks.set(askId, ask);
    this.#send(respondRequest(ask.request, askId));
  }

  #cancel(responseId: string, response: ActiveResponse): void {
    if (response.isCancelled) return;
    response.isCancelled = true;
    this.#send(cancelRequest(responseId, `${RACE}cancel_${this.#nonce}${++this.#count}`));
  }
}
