import type {
  RealtimeListener,
  RealtimeModel,
  RealtimeSession,
  RealtimeSettings,
} from '../../realtime/contract.ts';
import { SipSession, type SipSessionParts } from './sip-session.ts';
import { SpeechPace } from './speech-pace.ts';

export type SipModelParts = Omit<SipSessionParts, 'pace' | 'takesOver'>;

/** A model for a single call that reached it over SIP: a session of it controls that call. */
export class SipModel implements RealtimeModel {
  readonly #parts: SipModelParts;
  #pace: SpeechPace | undefined;

  constructor(parts: SipModelParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.model.name;
  }

  get isOpen(): boolean {
    return this.#parts.model.isOpen;
  }

  open(settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    const takesOver = this.#pace !== undefined;
    const pace = (this.#pace ??= new SpeechPace(settings.speed));
    const session = new SipSession({ ...this.#parts, pace, takesOver }, settings, listener);
    session.start();
    return session;
  }

  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#parts.model.control(callId, settings, listener);
  }
}
