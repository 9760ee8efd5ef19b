import { defaultAgents } from '../../agents/registry.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeLanguageModel, type ScriptedReply } from '../../llm/testing/fake-language-model.ts';
import { FakeSpeechToText } from '../../stt/testing/fake-speech-to-text.ts';
import { FakePhoneLeg } from '../../telephony/testing/fake-phone-leg.ts';
import { FakeTextToSpeech } from '../../tts/testing/fake-text-to-speech.ts';
import { agentSubject } from '../agent-subject.ts';
import type { CascadeProviders } from '../cascade/providers.ts';
import { LiveCall, type LiveCallDeps } from '../live-call.ts';
import { defaultCallOptions, type CallOptions } from '../options.ts';
import type { ClaimedSession } from '../ports.ts';
import {
  FakeCallActions,
  FakeRecorder,
  fakeSession,
  FakeToolRunner,
  FakeVoiceActivity,
  SILENT_BYTE,
  VOICED_BYTE,
} from './fake-ports.ts';

const FRAME_BYTES = 160;
const FRAME_MS = 20;

export interface Speech {
  /** @defaultValue 80 ms for each character */
  readonly ms?: number;
  /** From the end of the speech to the final transcript, in ms; `null`: none. @defaultValue 400 */
  readonly finalAfterMs?: number | null;
  /** What the recogniser finally makes of it. @defaultValue the words themselves */
  readonly final?: string;
  /** @defaultValue true: an interim with each word */
  readonly interims?: boolean;
  /** Lets time run on after the speech, in ms. @defaultValue 0 */
  readonly thenMs?: number;
}

export interface ConversationSetup {
  readonly replies?: readonly ScriptedReply[];
  readonly session?: Partial<ClaimedSession>;
  readonly options?: Partial<CallOptions>;
  readonly providers?: (clock: VirtualClock) => Partial<CascadeProviders>;
  readonly metrics?: Metrics;
  readonly clock?: VirtualClock;
}

/** A live call with fakes all around it, and a caller who speaks in frames and words. */
export class Conversation {
  readonly clock: VirtualClock;
  readonly leg: FakePhoneLeg;
  readonly stt: FakeSpeechToText;
  readonly model: FakeLanguageModel;
  readonly tts: FakeTextToSpeech;
  readonly recorder = new FakeRecorder();
  readonly tools: FakeToolRunner;
  readonly actions = new FakeCallActions();
  readonly activity = new FakeVoiceActivity();
  readonly session: ClaimedSession;
  readonly call: LiveCall;
  #voiced = false;
  #utterance = '';
  #playedBeforeClear = -1;

  constructor(setup: ConversationSetup = {}) {
    const clock = setup.clock ?? new VirtualClock();
    this.clock = clock;
    this.session = fakeSession(setup.session);
    this.leg = new FakePhoneLeg(clock, this.session.callSid);
    const clear = this.leg.clear.bind(this.leg);
    this.leg.clear = () => {
      this.#playedBeforeClear = this.leg.played.length;
      return clear();
    };
    this.stt = new FakeSpeechToText(clock);
    this.model = new FakeLanguageModel(clock, setup.replies);
    this.tts = new FakeTextToSpeech(clock);
    this.tools = new FakeToolRunner(clock);
    const deps: LiveCallDeps = {
      clock,
      metrics: setup.metrics ?? noMetrics,
      logger: silentLogger,
      options: { ...defaultCallOptions, ...setup.options },
      providers: { stt: this.stt, model: this.model, tts: this.tts, ...setup.providers?.(clock) },
      recorder: this.recorder,
      tools: this.tools,
      actions: this.actions,
      voiceActivity: () => this.activity,
    };
    const agent = defaultAgents.create(this.session.agent, agentSubject(this.session));
    this.call = new LiveCall(deps, this.leg, this.session, agent);
  }

  /** Starts the call and the caller's line. */
  async begin(): Promise<this> {
    this.call.start();
    this.#tick();
    await this.clock.advanceAsync(0);
    return this;
  }

  /** Starts, and lets the greeting be heard. */
  async afterGreeting(): Promise<this> {
    await this.begin();
    await this.until(() => this.agentTurns.length === 1);
    return this;
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** Lets time run until something holds. */
  async until(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let ms = 0; ms < limitMs; ms += FRAME_MS) {
      if (holds()) return;
      await this.clock.advanceAsync(FRAME_MS);
    }
    throw new Error(`it did not happen within ${limitMs} ms of virtual time`);
  }

  /** The caller speaks these words, at an even pace. */
  async say(text: string, speech: Speech = {}): Promise<void> {
    const words = text.split(' ');
    const ms = speech.ms ?? text.length * 80;
    this.#voiced = true;
    for (const word of words) {
      await this.clock.advanceAsync(Math.round(ms / words.length));
      this.#utterance = this.#utterance ? `${this.#utterance} ${word}` : word;
      if (speech.interims ?? true) this.stt.stream.interim(this.#utterance);
    }
    this.#voiced = false;
    const finalAfterMs = speech.finalAfterMs === undefined ? 400 : speech.finalAfterMs;
    if (finalAfterMs !== null) {
      this.clock.schedule(finalAfterMs, () => {
        const spoken = speech.final ?? this.#utterance;
        this.#utterance = '';
        this.stt.stream.final(spoken);
      });
    }
    await this.clock.advanceAsync(speech.thenMs ?? 0);
  }

  /** A noise that no recogniser finds words in. */
  async noise(ms: number): Promise<void> {
    this.#voiced = true;
    await this.clock.advanceAsync(ms);
    this.#voiced = false;
  }

  get agentTurns() {
    return this.recorder.turns.filter(({ role }) => role === 'agent');
  }

  /** Role and text of each recorded turn, in the order of their numbers. */
  get transcript(): string[] {
    return [...this.recorder.turns]
      .sort((a, b) => a.index - b.index)
      .map(({ role, text, interrupted }) => `${role}${interrupted ? ' (cut)' : ''}: ${text}`);
  }

  /** Sound of an item is under way on the phone. */
  get agentSounds(): boolean {
    const last = this.leg.played.at(-1);
    if (!last || this.leg.played.length === this.#playedBeforeClear) return false;
    const bytes = this.leg.played
      .filter(({ itemId }) => itemId === last.itemId)
      .reduce((sum, { mulaw }) => sum + mulaw.byteLength, 0);
    return this.leg.heardMs(last.itemId) < bytes / 8;
  }

  #tick(): void {
    this.clock.schedule(FRAME_MS, () => {
      if (this.call.endReason) return;
      this.leg.hear(new Uint8Array(FRAME_BYTES).fill(this.#voiced ? VOICED_BYTE : SILENT_BYTE));
      this.#tick();
    });
  }
}
