import type { CallStatus, StatusCallback } from './call-data.ts';
import type { CallSession } from './call-session.ts';
import { rfc2822 } from './dates.ts';

/**
 * The progress of one call, told to an application in order, each until it is
 * answered or given up.
 * https://www.twilio.com/docs/voice/api/call-resource#statuscallback
 */
export class StatusCallbacks {
  target: StatusCallback | undefined;
  readonly #session: CallSession;
  #sequenceNumber = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(session: CallSession, target: StatusCallback | undefined) {
    this.#session = session;
    this.target = target;
  }

  send(event: 'initiated' | 'ringing' | 'answered' | 'completed', status: CallStatus): void {
    const { target } = this;
    if (target === undefined || !target.events.has(event)) return;
    const session = this.#session;
    const seconds = Math.ceil(session.durationMs / 1000);
    const params: Record<string, string> = {
      ...session.params(),
      CallStatus: status,
      Timestamp: rfc2822(Date.now()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequenceNumber++),
    };
    if (event === 'completed') {
      params.CallDuration = String(seconds);
      params.Duration = String(Math.ceil(seconds / 60));
      params.SipResponseCode = String(session.sipStatus ?? sipCodes[status] ?? 200);
      if (session.answeredBy) params.AnsweredBy = session.answeredBy;
    }
    this.#last = this.#last.then(() =>
      session.exchange.notify(session, target.url, target.method, params),
    );
  }
}

const sipCodes: Readonly<Partial<Record<CallStatus, string>>> = {
  busy: '486',
  'no-answer': '480',
  failed: '404',
  canceled: '487',
};
