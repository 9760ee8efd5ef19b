/**
 * A telephone on the simulated network: what the scripted caller and the web phone hold in their
 * hands. Audio is µ-law 8,000 Hz in 20 ms frames (160 bytes), paced in real time.
 */
export interface Handset {
  /** Twilio's SID of the call this telephone is on; known once the network has taken the call. */
  readonly callSid: string;
  /** Queues audio to be sent into the line in real time, after what is already queued. */
  sendAudio(mulaw: Uint8Array): void;
  /** Audio that is queued and not sent into the line yet. */
  readonly unsentBytes: number;
  /** Drops queued audio that has not been sent yet. */
  stopSending(): void;
  /** Each of `0-9*#`. */
  press(digits: string): void;
  hangUp(): void;
}

export interface HandsetEvents {
  ringing?(): void;
  answered?(): void;
  /** A frame that this telephone's earpiece plays now. Silence is delivered too. */
  audio?(mulaw: Uint8Array): void;
  /** The other side pressed a key, in a way that needs no listening for tones. */
  digit?(digit: string): void;
  /** The call is over, for whatever reason; nothing follows. */
  ended?(ending: HandsetEnding): void;
}

export interface HandsetEnding {
  /** Twilio's CallStatus. */
  readonly status: 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
  /** `caller` is whoever holds this telephone, also where it was the one that was called. */
  readonly endedBy: 'caller' | 'network' | 'other-side';
  /** Twilio's error code when the network gave up, e.g. 11200. */
  readonly errorCode?: number;
}

/** Places a call from a telephone of the outside world to a number of an account. */
export interface TelephoneNetwork {
  dial(call: { readonly from: string; readonly to: string }, events: HandsetEvents): Handset;
}
