import type { Clock, Timer } from '../../kernel/clock.ts';
import type { RespondRequest } from '../../realtime/contract.ts';
import type { FakeRealtimeSession } from '../../realtime/testing/fake-realtime-model.ts';
import { VOICED_BYTE } from './fake-ports.ts';

const FRAME_MS = 20;
const STARTS_AFTER_MS = 100;
const ENDS_AFTER_MS = 400;

export interface HearingSetup {
  readonly clock: Clock;
  /** What the caller says. */
  readonly words: string;
  /** Says something: an answer, or what is left of one. */
  readonly onAnswer: (session: FakeRealtimeSession) => void;
  /** From the end of a turn to its words, in ms. */
  readonly wordsAfterMs: number;
  /** From the end of a turn to the begin of the answer, in ms. */
  readonly answerAfterMs: number;
}

let turns = 0;

/** Lets a fake session take turns by itself: on the audio that it is sent. */
export function hears(session: FakeRealtimeSession, setup: HearingSetup): void {
  const { clock } = setup;
  const timers: Timer[] = [];
  const later = (delayMs: number, task: () => void) =>
    void timers.push(clock.schedule(delayMs, () => !session.closed && task()));
  let answers = session.settings.answers === 'by-itself';
  let positionMs = 0;
  let voicedMs = 0;
  let silentMs = 0;
  let itemId: string | undefined;
  const pending: Uint8Array[] = [];

  const ended = (turn: string, atMs: number) => {
    session.listener.onSpeechStopped({ itemId: turn, atMs });
    session.listener.onCallerTurn({ itemId: turn });
    const [part] = setup.words.split(' ');
    later(setup.wordsAfterMs / 2, () =>
      session.listener.onCallerWords({ itemId: turn, text: part ?? '', final: false }),
    );
    later(setup.wordsAfterMs, () =>
      session.listener.onCallerWords({ itemId: turn, text: setup.words, final: true }),
    );
    if (answers) later(setup.answerAfterMs, () => setup.onAnswer(session));
  };
  const listen = (frame: Uint8Array) => {
    positionMs += FRAME_MS;
    if (frame[0] === VOICED_BYTE) {
      voicedMs += FRAME_MS;
      silentMs = 0;
    } else silentMs += FRAME_MS;
    if (itemId === undefined && voicedMs >= STARTS_AFTER_MS) {
      itemId = `heard-${++turns}`;
      session.listener.onSpeechStarted({ itemId, atMs: positionMs - voicedMs });
      if (session.activeResponseId !== undefined) session.cancel();
    }
    if (silentMs < ENDS_AFTER_MS) return;
    voicedMs = 0;
    if (itemId === undefined) return;
    const turn = itemId;
    itemId = undefined;
    ended(turn, positionMs - silentMs);
  };

  const append = session.append.bind(session);
  session.append = (frame) => {
    append(frame);
    if (session.closed) return;
    pending.push(frame);
    // Not in the tick in which it was sent.
    if (pending.length === 1) {
      const hear = () => {
        if (session.closed) return;
        if (!session.isReady) later(10, hear);
        else for (const one of pending.splice(0)) listen(one);
      };
      later(0, hear);
    }
  };
  const update = session.update.bind(session);
  session.update = (settings) => {
    update(settings);
    if (settings.answers) answers = settings.answers === 'by-itself';
  };
  const respond = session.onRespond;
  session.onRespond = (request: RespondRequest) => {
    if (request.instructions !== undefined) respond(request);
    else if (!session.isReady) later(10, () => session.onRespond(request));
    else later(setup.answerAfterMs, () => setup.onAnswer(session));
  };
}
