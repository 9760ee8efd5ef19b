import { defaultAgents } from '../../agents/registry.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeLanguageModel, type ScriptedReply } from '../../llm/testing/fake-language-model.ts';
import type { RespondRequest } from '../../realtime/contract.ts';
import {
  FakeRealtimeModel,
  type FakeRealtimeSession,
  type SpeakOptions,
} from '../../realtime/testing/fake-realtime-model.ts';
import { FakeSpeechToText } from '../../stt/testing/fake-speech-to-text.ts';
import { FakePhoneLeg } from '../../telephony/testing/fake-phone-leg.ts';
import { FakeTextToSpeech } from '../../tts/testing/fake-text-to-speech.ts';
import { turnOptions, type TurnSettings } from '../../turn/options.ts';
import { agentSubject } from '../agent-subject.ts';
import { LiveCall } from '../live-call.ts';
import { defaultCallOptions } from '../options.ts';
import type { ClaimedSession } from '../ports.ts';
import type { RealtimeOptions } from '../realtime/options.ts';
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
const MS_PER_CHARACTER = 60;

export interface RealtimeSetup {
  readonly session?: Partial<ClaimedSession>;
  readonly options?: Partial<RealtimeOptions>;
  readonly turns?: TurnSettings;
  /** What the cascade's model answers after a fallback. */
  readonly replies?: readonly ScriptedReply[];
  /** What the model makes of a request for an answer. @defaultValue nothing */
  readonly onAnswer?: (session: FakeRealtimeSession) => void;
  /** What the model makes of a sentence that it is to say. @defaultValue it says it */
  readonly onSay?: (session: FakeRealtimeSession, text: string, request: RespondRequest) => void;
}

export interface CallerSpeech {
  /** @defaultValue 80 ms for each character */
  readonly ms?: number;
  /** From the end of speech to the end of turn, in ms. @defaultValue 300 */
  readonly turnAfterMs?: number;
  /** From the end of turn to its words; null: never. @defaultValue 200 */
  readonly wordsAfterMs?: number | null;
}

/** A live speech-to-speech call with fakes all around it. */
export class RealtimeHarness {
  readonly clock = new VirtualClock();
  readonly leg: FakePhoneLeg;
  readonly model: FakeRealtimeModel;
  readonly stt: FakeSpeechToText;
  readonly llm: FakeLanguageModel;
  readonly tts: FakeTextToSpeech;
  readonly recorder = new FakeRecorder();
  readonly tools: FakeToolRunner;
  readonly actions = new FakeCallActions();
  readonly metrics = new CountingMetrics();
  readonly session: ClaimedSession;
  readonly call: LiveCall;
  /** The phone's line is down: no frames come. */
  mute = false;
  #voiced = false;
  #items = 0;

  constructor(setup: RealtimeSetup = {}) {
    const { clock } = this;
    this.session = fakeSession({ pipeline: 'realtime', ...setup.session });
    this.leg = new FakePhoneLeg(clock, this.session.callSid);
    this.model = new FakeRealtimeModel(clock);
    this.model.onOpen = (session) => {
      session.onRespond = (request) => {
        // Like a real one: what was asked of it before it was ready comes after that.
        if (!session.isReady) {
          if (!session.closed) clock.schedule(10, () => session.onRespond(request));
          return;
        }
        const text = sentenceIn(request);
        if (text === undefined) setup.onAnswer?.(session);
        else if (setup.onSay) setup.onSay(session, text, request);
        else speak(session, `said-${++this.#items}`, text, request);
      };
    };
    this.stt = new FakeSpeechToText(clock);
    this.llm = new FakeLanguageModel(clock, setup.replies);
    this.tts = new FakeTextToSpeech(clock);
    this.tools = new FakeToolRunner(clock);
    this.call = new LiveCall(
      {
        clock,
        metrics: this.metrics,
        logger: silentLogger,
        options: {
          ...defaultCallOptions,
          turnFor: (language) => turnOptions(language, setup.turns),
        },
        providers: { stt: this.stt, model: this.llm, tts: this.tts },
        recorder: this.recorder,
        tools: this.tools,
        actions: this.actions,
        voiceActivity: () => new FakeVoiceActivity(),
        realtime: {
          model: this.model,
          defaults: {
            model: 'gpt-realtime-2.1',
            voice: 'marin',
            turnDetection: { type: 'semantic_vad' },
            transcriptionModel: 'gpt-4o-mini-transcribe',
          },
          ...(setup.options && { options: setup.options }),
        },
      },
      this.leg,
      this.session,
      defaultAgents.create(this.session.agent, agentSubject(this.session)),
    );
  }

  get line(): FakeRealtimeSession {
    return this.model.session;
  }

  async begin(): Promise<this> {
    this.call.start();
    this.#tick();
    await this.clock.advanceAsync(0);
    return this;
  }

  /** Starts, and lets the opening be heard. */
  async afterOpening(): Promise<this> {
    await this.begin();
    await this.until(() => this.agentTurns.length === 1);
    await this.wait(200);
    return this;
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  async until(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let ms = 0; ms < limitMs; ms += FRAME_MS) {
      if (holds()) return;
      await this.clock.advanceAsync(FRAME_MS);
    }
    throw new Error(`it did not happen within ${limitMs} ms of virtual time`);
  }

  /** The caller begins to speak; returns the id of the turn. */
  async startsSpeaking(ms = 400, session = this.line): Promise<string> {
    const itemId = `caller-${++this.#items}`;
    this.#voiced = true;
    await this.wait(60);
    session.listener.onSpeechStarted({ itemId, atMs: this.positionOf(session) - 60 });
    await this.wait(Math.max(0, ms - 60));
    return itemId;
  }

  async stopsSpeaking(itemId: string, text: string, speech: CallerSpeech = {}): Promise<void> {
    const session = this.line;
    this.#voiced = false;
    const endedAtMs = this.positionOf(session);
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
    const itemId = `agent-${++this.#items}`;
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

  /** The caller makes a sound, and what comes of it is up to the session. */
  async voice(ms: number): Promise<void> {
    this.#voiced = true;
    await this.wait(ms);
    this.#voiced = false;
  }

  /** The provider ends the session. */
  killsSession(): void {
    this.#voiced = false;
    this.line.dies();
  }

  /** Where the session's audio ends, in ms. */
  positionOf(session: FakeRealtimeSession): number {
    return session.frames.length * FRAME_MS;
  }

  get agentTurns() {
    return this.recorder.turns.filter(({ role }) => role === 'agent');
  }

  get transcript(): string[] {
    return [...this.recorder.turns]
      .sort((a, b) => a.index - b.index)
      .map(({ role, text, interrupted }) => `${role}${interrupted ? ' (cut)' : ''}: ${text}`);
  }

  /** Audio is being heard. */
  get sounds(): boolean {
    const last = this.leg.played.at(-1);
    if (!last) return false;
    const bytes = this.leg.played
      .filter(({ itemId }) => itemId === last.itemId)
      .reduce((sum, { mulaw }) => sum + mulaw.byteLength, 0);
    return this.leg.heardMs(last.itemId) < bytes / 8;
  }

  /** What the other voice was asked to say. */
  get voiced(): string[] {
    return this.tts.requests.map(({ text }) => text);
  }

  #tick(): void {
    this.clock.schedule(FRAME_MS, () => {
      if (this.call.endReason) return;
      if (!this.mute) {
        this.leg.hear(new Uint8Array(FRAME_BYTES).fill(this.#voiced ? VOICED_BYTE : SILENT_BYTE));
      }
      this.#tick();
    });
  }
}

/** The sentence that the model is told to say, if it is told to. */
export function sentenceIn({ instructions }: RespondRequest): string | undefined {
  return instructions === undefined ? undefined : /\n"(.*)"$/s.exec(instructions)?.[1];
}

export function speak(
  session: FakeRealtimeSession,
  itemId: string,
  text: string,
  { tag }: RespondRequest,
): void {
  const responseId = `response-of-${itemId}`;
  const options = tag === undefined ? { responseId } : { responseId, tag };
  session.speaks(itemId, text, text.length * MS_PER_CHARACTER, options);
}

/** Keeps what was counted and measured. */
export class CountingMetrics implements Metrics {
  readonly counted: { readonly name: string; readonly labels: Record<string, string> }[] = [];
  readonly measured: { readonly name: string; readonly valueMs: number }[] = [];
  readonly gauges = new Map<string, number>();

  count(name: string, labels: Record<string, string> = {}): void {
    this.counted.push({ name, labels });
  }

  observeMs(name: string, valueMs: number): void {
    this.measured.push({ name, valueMs });
  }

  gauge(name: string, value: number): void {
    this.gauges.set(name, value);
  }

  /** How often it was counted, with these labels among others. */
  times(name: string, labels: Record<string, string> = {}): number {
    const matches = (given: Record<string, string>) =>
      Object.entries(labels).every(([key, value]) => given[key] === value);
    return this.counted.filter((one) => one.name === name && matches(one.labels)).length;
  }
}
