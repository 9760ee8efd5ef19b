import type { CallActions } from '../call/ports.ts';
import {
  transferOf,
  type AfterStream,
  type CallRegistry,
  type Transfer,
} from '../call/registry.ts';
import type { Calls } from '../domain/calls/calls.ts';
import { apology } from '../domain/sessions/decline-messages.ts';
import type { Tenants } from '../domain/tenants/tenants.ts';
import type { Clock } from '../kernel/clock.ts';
import { transferMessages } from './transfer-messages.ts';

/** What can be said to Twilio after a stream, or after a dial. */
export interface AfterStreamTwiml {
  readonly hangUp: () => string;
  readonly takeMessage: (say: string, language: string) => string;
  readonly dial: (
    target: { readonly number: string; readonly callerId?: string } & DialUrls,
  ) => string;
  /** Heard by the person alone, before the two are joined; without words they are at once. */
  readonly whisper: (say: string | undefined, language: string) => string;
}

interface DialUrls {
  readonly actionUrl: string;
  readonly whisperUrl: string;
}

export interface AfterStreamParts {
  readonly registry: Pick<CallRegistry, 'afterStream'>;
  readonly calls: Pick<Calls, 'ofPhoneCall'>;
  readonly tenants: Pick<Tenants, 'byPhoneNumber'>;
  readonly actions: Pick<CallActions, 'scheduleCallback'>;
  readonly twiml: AfterStreamTwiml;
  /** Origin as Twilio sees it. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

export interface StreamEnd {
  readonly callSid: string;
  /** The number that was called, if Twilio told it. */
  readonly to: string | undefined;
}

export interface DialEnd extends StreamEnd {
  /** Whether the two sides were joined. */
  readonly bridged: boolean;
}

/** Undefined: there is no record of the call either. */
type Known = Exclude<AfterStream, { readonly action: 'unknown' }> | undefined;

/**
 * How long another replica may take to write that a call has ended, in ms: it waits up to 3 s for the
 * caller's last words (`finishWithinMs`, and the cascade's own). Twilio waits 15 s for an answer.
 */
const recordPatienceMs = 6000;
const recordPollMs = 250;

/**
 * Decides what follows when the stream of a call has ended, however it ended. What is needed for that
 * is in the memory of the process that had the call and in its record, so that any replica can answer.
 */
export class AfterStreamAnswers {
  readonly #parts: AfterStreamParts;

  constructor(parts: AfterStreamParts) {
    this.#parts = parts;
  }

  /** @returns TwiML */
  async answer(end: StreamEnd): Promise<string> {
    const known = await this.#known(end.callSid);
    if (known?.action !== 'transfer') return this.#close(known, end);
    const { number, callerId } = known;
    const { publicUrl, twiml } = this.#parts;
    return twiml.dial({
      number,
      ...(callerId !== undefined && { callerId }),
      actionUrl: `${publicUrl}/twilio/dial-ended`,
      // What the person should know is about somebody, and addresses end up in logs.
      whisperUrl: `${publicUrl}/twilio/whisper?call=${encodeURIComponent(end.callSid)}`,
    });
  }

  /**
   * What the person hears who is about to take over.
   * @param callSid of the caller's call, not of the one to the person
   * @returns TwiML
   */
  async whisper(callSid: string): Promise<string> {
    const known = await this.#known(callSid);
    if (known?.action !== 'transfer') return this.#parts.twiml.whisper(undefined, 'es');
    const { summary, call } = known;
    const { language } = call.tenant;
    const say = summary && `${transferMessages(language).whisper} ${summary}`;
    return this.#parts.twiml.whisper(say, language);
  }

  /** What follows a dial, to a person or to a model over SIP. @returns TwiML */
  async dialEnded(end: DialEnd): Promise<string> {
    const known = await this.#known(end.callSid);
    if (known?.action === 'transfer') {
      return end.bridged ? this.#parts.twiml.hangUp() : this.#missed(known);
    }
    // They have talked to each other, and nobody knows of anything that is owed.
    if (!known && end.bridged) return this.#parts.twiml.hangUp();
    return this.#close(known, end);
  }

  async #missed({ call, summary }: Transfer): Promise<string> {
    const { actions, twiml } = this.#parts;
    const { language } = call.tenant;
    const { missed, nobodyAnswered } = transferMessages(language);
    await actions.scheduleCallback(call, { reason: summary ? `${missed} ${summary}` : missed });
    return twiml.takeMessage(nobodyAnswered, language);
  }

  async #close(
    known: Exclude<Known, { readonly action: 'transfer' }>,
    { to }: StreamEnd,
  ): Promise<string> {
    const { twiml } = this.#parts;
    if (known?.action === 'hang-up') return twiml.hangUp();
    if (known) return twiml.takeMessage(known.text, known.language);
    const language = await this.#languageOf(to);
    return twiml.takeMessage(apology(language), language);
  }

  async #known(callSid: string): Promise<Known> {
    const known = this.#parts.registry.afterStream(callSid);
    return known.action === 'unknown' ? this.#fromRecord(callSid) : known;
  }

  /** Another replica had the call, or nobody: its token was refused, or its process died. */
  async #fromRecord(callSid: string): Promise<Known> {
    const { calls, clock } = this.#parts;
    const untilMs = clock.monotonicMs() + recordPatienceMs;
    let record = await calls.ofPhoneCall(callSid);
    while (record?.status === 'in-progress' && clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => void clock.schedule(recordPollMs, resolve));
      record = await calls.ofPhoneCall(callSid);
    }
    if (!record) return undefined;
    if (record.transfer) return transferOf(record.transfer.call, record.transfer.summary);
    // The model's side said that the caller had left; Twilio asks for somebody who is still there.
    const wasLeft = record.endReason === 'caller-left';
    if (record.status === 'completed' && !wasLeft) return { action: 'hang-up' };
    const { language } = record;
    return { action: 'take-message', text: apology(language), language };
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
