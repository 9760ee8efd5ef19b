import { FRAME_MS } from '../../audio/constants.ts';
import {
  FakeRealtimeModel,
  type FakeRealtimeSession,
  type SpeakOptions,
} from '../../realtime/testing/fake-realtime-model.ts';
import { turnOptions, type TurnSettings } from '../../turn/options.ts';
import type { LiveCall } from '../live-call.ts';
import type { RealtimeOptions } from '../realtime/options.ts';
import type { CallHarnessSetup } from './call-harness.ts';
import { PhoneCallHarness } from './phone-call-harness.ts';
import {
  followScript,
  MS_PER_CHARACTER,
  testedDefaults,
  type RealtimeScript,
} from './realtime-script.ts';

export interface RealtimeSetup extends CallHarnessSetup, RealtimeScript {
  readonly options?: Partial<RealtimeOptions>;
  readonly turns?: TurnSettings;
}

export interface CallerSpeech {
  /** @defaultValue 80 ms for each character */
  readonly ms?: number;
  /** From the end of speech to the end of turn, in ms. @defaultValue 300 */
  readonly turnAfterMs?: number;
  /** From the end of turn to its words, in ms; null: never. @defaultValue 200 */
  readonly wordsAfterMs?: number | null;
}

/** A speech-to-speech call whose audio we carry. `replies` are for the cascade after a fallback. */
export class RealtimeHarness extends PhoneCallHarness {
  readonly model = new FakeRealtimeModel(this.clock);
  readonly call: LiveCall;
  #callerTurns = 0;
  #answers = 0;

  constructor(setup: RealtimeSetup = {}) {
    super({ ...setup, session: { pipeline: 'realtime', ...setup.session } });
    followScript(this.model, this.clock, setup);
    this.call = this.callWith({
      options: {
        ...this.deps.options,
        turnFor: (language) => turnOptions(language, setup.turns),
      },
      realtime: {
        model: this.model,
        defaults: testedDefaults,
        ...(setup.options && { options: setup.options }),
      },
    });
  }

  /** The session that was opened last. */
  get line(): FakeRealtimeSession {
    return this.model.session;
  }

  /** Starts, and lets the opening be heard. */
  async afterOpening(): Promise<this> {
    await this.begin();
    await this.until(() => this.agentTurns.length === 1);
    await this.wait(200);
    return this;
  }

  /** The caller begins to speak; returns the id of the turn. */
  async startsSpeaking(ms = 400, session = this.line): Promise<string> {
    const itemId = `caller-${++this.#callerTurns}`;
    this.voiced = true;
    await this.wait(60);
    session.listener.onSpeechStarted({ itemId, atMs: audioEndMs(session) - 60 });
    await this.wait(Math.max(0, ms - 60));
    return itemId;
  }

  async stopsSpeaking(itemId: string, text: string, speech: CallerSpeech = {}): Promise<void> {
    const session = this.line;
    this.voiced = false;
    const endedAtMs = audioEndMs(session);
    await this.wait(speech.turnAfterMs ?? 300);
    if (session.closed) return;
    session.listener.onSpeechStopped({ itemId, atMs: endedAtMs });
    session.listener.onCallerTurn({ itemId });
    const wordsAfterMs = speech.wordsAfterMs === undefined ? 200 : speech.wordsAfterMs;
    if (wordsAfterMs === null) return;
    this.clock.schedule(wordsAfterMs, () => {
      if (!session.closed) session.listener.onCallerWords({ itemId, text, final: true });
    });
  }

  /** A whole turn of the caller. The answer is up to the test. */
  async says(text: string, speech: CallerSpeech = {}): Promise<string> {
    const itemId = await this.startsSpeaking(speech.ms ?? text.length * 80);
    await this.stopsSpeaking(itemId, text, speech);
    return itemId;
  }

  /** The model says this; all of it comes at once unless the options say otherwise. */
  answers(text: string, options: SpeakOptions = {}, ms = text.length * MS_PER_CHARACTER): string {
    const itemId = `agent-${++this.#answers}`;
    this.line.speaks(itemId, text, ms, { responseId: `response-of-${itemId}`, ...options });
    return itemId;
  }

  /** Asks and is answered; the answer is heard to its end. */
  async exchange(question: string, answer: string): Promise<void> {
    await this.says(question);
    const before = this.agentTurns.length;
    this.answers(answer);
    await this.until(() => this.agentTurns.length > before);
  }

  /** The provider ends the session. */
  killsSession(): void {
    this.voiced = false;
    this.line.dies();
  }

  /** What the cascade’s voice was asked to say where the model did not say it. */
  get spokenByOtherVoice(): string[] {
    return this.tts.requests.map(({ text }) => text);
  }
}

/** Where the session's audio ends, in ms. */
function audioEndMs(session: FakeRealtimeSession): number {
  return session.frames.length * FRAME_MS;
}
