import { FRAME_MS } from '../../audio/constants.ts';
import { Reframer } from '../../audio/frames.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RespondRequest } from '../../realtime/contract.ts';
import type { FakeRealtimeSession } from '../../realtime/testing/fake-realtime-model.ts';
import { VOICED_BYTE } from './fake-ports.ts';

const STARTS_AFTER_MS = 100;
const ENDS_AFTER_MS = 400;
/** What was asked of a session that is not ready is looked at again after this. */
const NOT_READY_MS = 10;

export interface HearingSetup {
  readonly clock: Clock;
  /**
   * What the caller said in so many ms of voice, and from the end of the turn until it is known, in ms.
   */
  readonly wordsOf: (voicedMs: number) => { readonly text: string; readonly afterMs: number };
  /** Says something: an answer, or what is left of one. */
  readonly onAnswer: (session: FakeRealtimeSession) => void;
  /** From the end of a turn to the begin of the answer, in ms. */
  readonly answerAfterMs: number;
}

let turns = 0;

/** Lets a fake session take turns by itself: on the audio that it is sent. */
export function hears(session: FakeRealtimeSession, setup: HearingSetup): void {
  const hearing = new Hearing(session, setup);
  const append = session.append.bind(session);
  session.append = (mulaw) => {
    append(mulaw);
    hearing.sent(new Reframer().push(mulaw));
  };
  const update = session.update.bind(session);
  session.update = (settings) => {
    update(settings);
    if (settings.answers) hearing.answersByItself = settings.answers === 'by-itself';
  };
  const respond = session.onRespond;
  session.onRespond = (request) => {
    if (request.instructions !== undefined) respond(request);
    else hearing.answer(request);
  };
}

class Hearing {
  answersByItself: boolean;
  readonly #session: FakeRealtimeSession;
  readonly #setup: HearingSetup;
  /** Frames that it was sent and has not listened to. */
  readonly #pending: Uint8Array[] = [];
  #positionMs = 0;
  /** Of the turns that began so far. */
  #turns = 0;
  #voicedMs = 0;
  #silentMs = 0;
  /** Of the turn that the caller is in. */
  #itemId: string | undefined;

  constructor(session: FakeRealtimeSession, setup: HearingSetup) {
    this.answersByItself = session.settings.answers === 'by-itself';
    this.#session = session;
    this.#setup = setup;
  }

  /** It is heard later: never in the tick in which it was sent. */
  sent(frames: readonly Uint8Array[]): void {
    if (this.#session.closed) return;
    if (this.#pending.length === 0) this.#later(0, () => this.#hearPending());
    this.#pending.push(...frames);
  }

  answer(request: RespondRequest): void {
    const { answerAfterMs, onAnswer } = this.#setup;
    if (this.#session.isReady) this.#later(answerAfterMs, () => onAnswer(this.#session));
    else this.#later(NOT_READY_MS, () => this.#session.onRespond(request));
  }

  #hearPending(): void {
    if (this.#session.isReady) for (const frame of this.#pending.splice(0)) this.#hear(frame);
    else this.#later(NOT_READY_MS, () => this.#hearPending());
  }

  #hear(frame: Uint8Array): void {
    this.#positionMs += FRAME_MS;
    if (frame[0] === VOICED_BYTE) {
      this.#voicedMs += FRAME_MS;
      this.#silentMs = 0;
    } else this.#silentMs += FRAME_MS;
    if (this.#itemId === undefined && this.#voicedMs >= STARTS_AFTER_MS) this.#turnStarts();
    if (this.#silentMs < ENDS_AFTER_MS) return;
    if (this.#itemId !== undefined) this.#turnEnds(this.#itemId);
    this.#voicedMs = 0;
  }

  #turnStarts(): void {
    const itemId = `heard-${++turns}`;
    this.#itemId = itemId;
    this.#turns += 1;
    const atMs = this.#positionMs - this.#voicedMs;
    this.#session.listener.onSpeechStarted({ itemId, atMs });
    if (this.#session.activeResponseId !== undefined) this.#session.cancel();
  }

  #turnEnds(itemId: string): void {
    this.#itemId = undefined;
    const { listener } = this.#session;
    const { wordsOf, answerAfterMs, onAnswer } = this.#setup;
    const { text, afterMs } = wordsOf(this.#voicedMs);
    listener.onSpeechStopped({ itemId, atMs: this.#positionMs - this.#silentMs });
    listener.onCallerTurn({ itemId });
    const [part = ''] = text.split(' ');
    this.#later(afterMs / 2, () => listener.onCallerWords({ itemId, text: part, final: false }));
    this.#later(afterMs, () => listener.onCallerWords({ itemId, text, final: true }));
    if (!this.answersByItself) return;
    const turn = this.#turns;
    this.#later(answerAfterMs, () => {
      // Who goes on is heard first.
      if (turn === this.#turns) onAnswer(this.#session);
    });
  }

  #later(delayMs: number, task: () => void): void {
    this.#setup.clock.schedule(delayMs, () => {
      if (!this.#session.closed) task();
    });
  }
}
