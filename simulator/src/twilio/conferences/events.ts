import type { CallSession } from '../call-session.ts';
import { rfc2822 } from '../dates.ts';
import type { Participant } from './participant.ts';

export const conferenceEvents = [
  'start',
  'end',
  'join',
  'leave',
  'mute',
  'hold',
  'modify',
  'speaker',
  'announcement',
] as const;

export type ConferenceEvent = (typeof conferenceEvents)[number];

export interface ConferenceCallback {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: ReadonlySet<ConferenceEvent>;
}

/**
 * What happens in one conference, told in order and numbered. Who joins first says
 * to whom. https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback
 */
export class ConferenceEvents {
  target: ConferenceCallback | undefined;
  readonly #common: Readonly<Record<string, string>>;
  #sequenceNumber = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(common: Readonly<Record<string, string>>) {
    this.#common = common;
  }

  wants(event: ConferenceEvent): boolean {
    return this.target?.events.has(event) ?? false;
  }

  /** @param session who writes the callback down in its log */
  send(
    session: CallSession,
    event: ConferenceEvent,
    name: string,
    details: Readonly<Record<string, string>> = {},
  ): void {
    session.log('conference', { event: name, ...this.#common });
    const { target } = this;
    if (target === undefined || !target.events.has(event)) return;
    const params = {
      ...this.#common,
      StatusCallbackEvent: name,
      SequenceNumber: String(++this.#sequenceNumber),
      Timestamp: rfc2822(Date.now()),
      ...details,
    };
    this.#last = this.#last.then(() =>
      session.exchange.notify(session, target.url, target.method, params),
    );
  }
}

export function participantParams(participant: Participant): Record<string, string> {
  const { session, label, callSidToCoach } = participant;
  return {
    CallSid: session.sid,
    Muted: String(participant.muted),
    Hold: String(participant.hold !== undefined),
    Coaching: String(callSidToCoach !== undefined),
    ...(callSidToCoach ? { CallSidToCoach: callSidToCoach } : {}),
    EndConferenceOnExit: String(participant.endConferenceOnExit),
    StartConferenceOnEnter: String(participant.startConferenceOnEnter),
    ...(label ? { ParticipantLabel: label } : {}),
  };
}
