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

/** `+56…`, `sip:name@host` or `client:name`, without parameters. */
export function isAddress(text: string): boolean {
  return (
    /^\+[1-9]\d{6,14}$/.test(text) ||
    /^sip:[^\s@?;]+@[^\s@?;]+$/i.test(text) ||
    /^client:[^\s?]{1,121}$/.test(text)
  );
}

/** Who can be reached outside, and where. */
export class Telephones {
  readonly #byAddress = new Map<string, Telephone>();

  /**
   * @returns takes the telephone off the network again
   * @throws RangeError for what is no address
   */
  register(address: string, telephone: Telephone): () => void {
    if (!isAddress(address))
      throw new RangeError('an address must be E.164, sip:name@host or client:name');
    const key = address.toLowerCase();
    this.#byAddress.set(key, telephone);
    return () => {
      if (this.#byAddress.get(key) === telephone) this.#byAddress.delete(key);
    };
  }

  find(address: string): Telephone | undefined {
    return this.#byAddress.get(address.toLowerCase());
  }

  get addresses(): readonly string[] {
    return [...this.#byAddress.keys()];
  }
}
