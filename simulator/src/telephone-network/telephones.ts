import type { Handset, HandsetEvents } from './handset.ts';

/** How a call asks a SIP server to be taken. */
export interface Invite {
  /** `sip:name@host;parameters`, without the headers behind `?`. */
  readonly uri: string;
  readonly user: string;
  readonly host: string;
  /** `udp` where the address does not say. */
  readonly transport: string;
  /** How its audio goes. */
  readonly media: 'rtp' | 'srtp';
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A call that makes a telephone of the outside world ring. */
export interface IncomingRing {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  /** Where the call goes over SIP. */
  readonly invite: Invite | undefined;
  /** Aborted when the caller gives up, or somebody else has answered. */
  readonly cancelled: AbortSignal;
  answer(events: HandsetEvents): Handset;
  busy(): void;
  /** The network cannot reach the telephone. */
  fail(): void;
  /** A SIP response from 300 to 699 that ends the attempt. */
  reject(sipStatus: number): void;
  /**
   * Asks, once answered, that somebody else be called instead (SIP REFER).
   * @returns the SIP response: 202, or why not
   */
  refer(referTo: string): number;
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
  readonly #byHost = new Map<string, Telephone>();

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

  /** A SIP server: every name at this host is its to answer, unless a telephone is registered there. */
  registerHost(host: string, server: Telephone): void {
    this.#byHost.set(host.toLowerCase(), server);
  }

  find(address: string): Telephone | undefined {
    const key = address.toLowerCase();
    const host = /^sip:[^@]*@([^:]+)/.exec(key)?.[1];
    return this.#byAddress.get(key) ?? (host === undefined ? undefined : this.#byHost.get(host));
  }

  get addresses(): readonly string[] {
    return [...this.#byAddress.keys()];
  }
}
