import type { AfterStream, CallRegistry } from '../call/registry.ts';
import type { Calls } from '../domain/calls/calls.ts';
import { apology } from '../domain/sessions/decline-messages.ts';
import type { Tenants } from '../domain/tenants/tenants.ts';
import type { Clock } from '../kernel/clock.ts';

/** What can be said to Twilio after a stream. */
export interface AfterStreamTwiml {
  readonly hangUp: () => string;
  readonly takeMessage: (say: string, language: string) => string;
}

export interface AfterStreamParts {
  readonly registry: Pick<CallRegistry, 'afterStream'>;
  readonly calls: Pick<Calls, 'ofPhoneCall'>;
  readonly tenants: Pick<Tenants, 'byPhoneNumber'>;
  readonly twiml: AfterStreamTwiml;
  readonly clock: Clock;
}

export interface StreamEnd {
  readonly callSid: string;
  /** The number that was called, if Twilio told it. */
  readonly to: string | undefined;
}

/**
 * How long another replica may take to write that a call has ended, in ms. Twilio waits 15 s for
 * an answer.
 */
const recordPatienceMs = 2000;
const recordPollMs = 250;

/** Decides what follows when the stream of a call has ended, however it ended. */
export class AfterStreamAnswers {
  readonly #parts: AfterStreamParts;

  constructor(parts: AfterStreamParts) {
    this.#parts = parts;
  }

  /** @returns TwiML */
  async answer(end: StreamEnd): Promise<string> {
    const { registry, twiml } = this.#parts;
    const known: AfterStream = registry.afterStream(end.callSid);
    if (known.action === 'hang-up') return twiml.hangUp();
    if (known.action === 'take-message') return twiml.takeMessage(known.text, known.language);
    return this.#fromRecord(end);
  }

  /** Another replica had the call, or nobody: its token was refused, or its process died. */
  async #fromRecord({ callSid, to }: StreamEnd): Promise<string> {
    const { calls, twiml, clock } = this.#parts;
    const untilMs = clock.monotonicMs() + recordPatienceMs;
    let record = await calls.ofPhoneCall(callSid);
    while (record?.status === 'in-progress' && clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => void clock.schedule(recordPollMs, resolve));
      record = await calls.ofPhoneCall(callSid);
    }
    if (record?.status === 'completed') return twiml.hangUp();
    const language = record?.language ?? (await this.#languageOf(to));
    return twiml.takeMessage(apology(language), language);
  }

  async #languageOf(phoneNumber: string | undefined): Promise<string> {
    if (phoneNumber === undefined) return 'es';
    const access = { scope: 'platform', name: 'twilio' } as const;
    try {
      return (await this.#parts.tenants.byPhoneNumber(access, phoneNumber)).language;
    } catch {
      // An apology in the likeliest language is better than none.
      return 'es';
    }
  }
}
