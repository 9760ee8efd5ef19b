import type {
  Handset,
  HandsetEnding,
  HandsetEvents,
  TelephoneNetwork,
} from '../../telephone-network/handset.ts';
import { FRAME_BYTES, FRAME_MS, SILENT_FRAME } from '../../telephone-network/line-audio.ts';
import { tone } from '../../telephone-network/tones.ts';

/** What an agent's voice looks like to a meter. */
export const VOICED_FRAME: Uint8Array = tone([440], FRAME_MS);

/** A network whose other side is the test. */
export class FakeNetwork implements TelephoneNetwork {
  readonly calls: FakeCall[] = [];
  /** Thrown by the next `dial`. */
  failure: Error | undefined;
  readonly #waiting: ((call: FakeCall) => void)[] = [];

  dial(call: { readonly from: string; readonly to: string }, events: HandsetEvents): Handset {
    if (this.failure) throw this.failure;
    const placed = new FakeCall(call.from, call.to, events, this.calls.length + 1);
    this.calls.push(placed);
    this.#waiting.shift()?.(placed);
    return placed.handset;
  }

  nextCall(): Promise<FakeCall> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export class FakeCall {
  readonly from: string;
  readonly to: string;
  readonly events: HandsetEvents;
  readonly handset: Handset;
  /** Audio that the page's side sent, in order. */
  readonly sent: Uint8Array[] = [];
  stops = 0;
  digits = '';
  hungUp = false;
  readonly over: Promise<void>;
  #tellOver: () => void = () => {};

  constructor(from: string, to: string, events: HandsetEvents, index: number) {
    this.from = from;
    this.to = to;
    this.events = events;
    this.over = new Promise((resolve) => (this.#tellOver = resolve));
    this.handset = {
      callSid: `CA${String(index).padStart(32, '0')}`,
      unsentBytes: 0,
      sendAudio: (mulaw) => void this.sent.push(mulaw),
      stopSending: () => void (this.stops += 1),
      press: (digits) => void (this.digits += digits),
      hangUp: () => {
        this.hungUp = true;
        this.end({ status: 'completed', endedBy: 'caller' });
      },
    };
  }

  answer(): void {
    this.events.ringing?.();
    this.events.answered?.();
  }

  end(ending: HandsetEnding): void {
    this.events.ended?.(ending);
    this.#tellOver();
  }

  /** The earpiece plays the agent's voice, at once. */
  agentSpeaks(durationMs: number): void {
    this.#play(VOICED_FRAME, durationMs);
  }

  silence(durationMs: number): void {
    this.#play(SILENT_FRAME, durationMs);
  }

  #play(frame: Uint8Array, durationMs: number): void {
    if (frame.length !== FRAME_BYTES) throw new RangeError('a frame must have 160 bytes');
    for (let ms = 0; ms < durationMs; ms += FRAME_MS) this.events.audio?.(frame);
  }
}
