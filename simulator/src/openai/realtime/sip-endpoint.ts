import type { Handset } from '../../telephone-network/handset.ts';
import type { IncomingRing, Telephone } from '../../telephone-network/telephones.ts';
import type { RealtimeClock } from './clock.ts';
import type { OpenAiProject } from './project.ts';
import type { SipCall } from './sip-calls.ts';
import type { SipLeg } from './sip-line.ts';

/** RFC 3261, timer B: when an INVITE that nobody answers is given up. */
const INVITE_TIMEOUT_MS = 32_000;
const NOT_FOUND = 404;
const REQUEST_TIMEOUT = 408;
const BYTES_PER_MS = 8;

/**
 * OpenAI's SIP server on the telephone network: `sip:<project>@<host>;transport=tls`.
 *
 * From memory: it listens for TLS alone, so that an INVITE over UDP or TCP gets no answer, and it
 * answers 404 for a project that does not exist.
 */
export class SipEndpoint implements Telephone {
  readonly #project: OpenAiProject;
  readonly #clock: RealtimeClock;

  constructor(project: OpenAiProject, clock: RealtimeClock) {
    this.#project = project;
    this.#clock = clock;
  }

  ring(ring: IncomingRing): void {
    const { invite } = ring;
    if (invite === undefined) return ring.reject(NOT_FOUND);
    if (invite.transport !== 'tls') {
      const stop = this.#clock.after(INVITE_TIMEOUT_MS, () => ring.reject(REQUEST_TIMEOUT));
      ring.cancelled.addEventListener('abort', stop, { once: true });
      return;
    }
    if (invite.user !== this.#project.id) return ring.reject(NOT_FOUND);
    const leg = new PhoneLeg(ring);
    const call = this.#project.ring(invite, leg);
    leg.call = call;
    ring.cancelled.addEventListener('abort', () => call.callerHangsUp(), { once: true });
  }
}

/** A call of the telephone network, as OpenAI's side holds it. */
class PhoneLeg implements SipLeg {
  call: SipCall | undefined;
  readonly #ring: IncomingRing;
  #handset: Handset | undefined;

  constructor(ring: IncomingRing) {
    this.#ring = ring;
  }

  get unplayedMs(): number {
    return (this.#handset?.unsentBytes ?? 0) / BYTES_PER_MS;
  }

  answer(): void {
    this.#handset = this.#ring.answer({
      audio: (mulaw) => this.call?.callerSays(mulaw),
      digit: (digit) => this.call?.callerPresses(digit),
      ended: () => this.call?.callerHangsUp(),
    });
  }

  reject(statusCode: number): void {
    this.#ring.reject(statusCode);
  }

  hangUp(): void {
    this.#handset?.hangUp();
  }

  refer(targetUri: string): boolean {
    // Refer-To has its address in angle brackets.
    return this.#ring.refer(`<${targetUri}>`) < 300;
  }

  play(mulaw: Uint8Array): void {
    this.#handset?.sendAudio(mulaw);
  }

  stop(): void {
    this.#handset?.stopSending();
  }
}
