import type { Handset, HandsetEvents } from './handset.ts';

/** A call that makes a telephone of the outside world ring. */
export interface IncomingRing {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  /** Aborted when the caller gives up, or somebody else has answered. */
  readonly cancelled: AbortSignal;
  answer(events: HandsetEvents): Handset;
  busy(): void;
  /** The network cannot reach the telephone. */
  fail(): void;
}

/** A telephone of the outside world that can be called. Not answering is an answer, too. */
export interface Telephone {
  ring(call: IncomingRing): void;
}

/** Who has which number outside. */
export class Telephones {
  readonly #byNumber = new Map<string, Telephone>();

  /** @returns takes the telephone off the network again */
  register(number: string, telephone: Telephone): () => void {
    if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new RangeError('a number must be in E.164');
    this.#byNumber.set(number, telephone);
    return () => {
      if (this.#byNumber.get(number) === telephone) this.#byNumber.delete(number);
    };
  }

  find(number: string): Telephone | undefined {
    return this.#byNumber.get(number);
  }

  get numbers(): readonly string[] {
    return [...this.#byNumber.keys()];
  }
}
