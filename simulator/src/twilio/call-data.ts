/** Words of Twilio's `Call` resource. https://www.twilio.com/docs/voice/api/call-resource */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

export type FinalStatus = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

export type CallDirection = 'inbound' | 'outbound-api' | 'outbound-dial';

export type AnsweredBy =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

/** Something that happened on a call, for whoever watches the simulator. */
export interface CallEvent {
  /** Ms since the epoch. */
  readonly atMs: number;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where the next TwiML of a call comes from. */
export type TwimlSource =
  | { readonly kind: 'inline'; readonly twiml: string }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly method: 'GET' | 'POST';
      readonly params?: Readonly<Record<string, string>>;
      /** A failure here ends the call: there is no fallback of the fallback. */
      readonly isFallback?: boolean;
    };

export interface StatusCallback {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: ReadonlySet<'initiated' | 'ringing' | 'answered' | 'completed'>;
}
