import type { TwimlSource } from '../../twilio/call-data.ts';
import type { CallSession } from '../../twilio/call-session.ts';

/** How a `<Dial>` went. */
export interface DialResult {
  readonly status: 'completed' | 'answered' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  readonly child?: CallSession;
  /** Of the conversation. */
  readonly durationMs?: number;
  readonly bridged: boolean;
  /** Where the caller goes on, because the other side asked for it. */
  readonly referred?: TwimlSource;
}
