import { defaultAgents } from '../../agents/registry.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeLanguageModel } from '../../llm/testing/fake-language-model.ts';
import {
  FakeRealtimeModel,
  type FakeRealtimeSession,
} from '../../realtime/testing/fake-realtime-model.ts';
import { FakeSipCalls } from '../../realtime/testing/fake-sip-calls.ts';
import { FakeSpeechToText } from '../../stt/testing/fake-speech-to-text.ts';
import { FakeTextToSpeech } from '../../tts/testing/fake-text-to-speech.ts';
import { agentSubject } from '../agent-subject.ts';
import type { LiveCall } from '../live-call.ts';
import { defaultCallOptions, defaultRegistryOptions } from '../options.ts';
import type { ClaimedSession } from '../ports.ts';
import type { RealtimeOptions } from '../realtime/options.ts';
import { CallRegistry } from '../registry.ts';
import { SipDesk, type SipDeskDeps } from '../sip/sip-desk.ts';
import {
  FakeCallActions,
  FakeRecorder,
  fakeSession,
  FakeToolRunner,
  FakeVoiceActivity,
} from './fake-ports.ts';
import { FakeSipProvider } from './fake-sip-provider.ts';
import { CountingMetrics, sentenceIn } from './realtime-harness.ts';

export const OPENAI_CALL = 'rtc_1';

export interface SipSetup {
  readonly session?: Partial<ClaimedSession>;
  readonly options?: Partial<RealtimeOptions>;
  readonly maxCalls?: number;
  /** From the attachment of a control to its readiness, in ms. @defaultValue 100 */
  readonly readyAfterMs?: number;
  /** What the model makes of a request for an answer. @defaultValue nothing */
  readonly onAnswer?: () => void;
}

/** A call over SIP with fakes all around it, from its announcement on. */
export class SipHarness {
  readonly clock = new VirtualClock();
  readonly model: FakeRealtimeModel;
  readonly provider: FakeSipProvider;
  readonly sipCalls = new FakeSipCalls();
  readonly recorder = new FakeRecorder();
  readonly tts: FakeTextToSpeech;
  readonly tools: FakeToolRunner;
  readonly actions = new FakeCallActions();
  readonly metrics = new CountingMetrics();
  readonly session: ClaimedSession;
  readonly registry: CallRegistry;
  readonly deskDeps: SipDeskDeps;
  readonly desk: SipDesk;
  #turns = 0;
  #silences = 0;

  constructor(setup: SipSetup = {}) {
    const { actions, clock, metrics, recorder } = this;
    this.session = fakeSession({ pipeline: 'realtime', transport: 'sip', ...setup.session });
    this.model = new FakeRealtimeModel(clock, { readyAfterMs: setup.readyAfterMs ?? 100 });
    this.provider = new FakeSipProvider(clock, this.model);
    this.tts = new FakeTextToSpeech(clock);
    this.tools = new FakeToolRunner(clock);
    this.model.onOpen = (session) => this.#control(session, setup);
    const realtime = {
      model: this.model,
      defaults: {
        model: 'gpt-realtime-2.1',
        voice: 'marin',
        turnDetection: { type: 'semantic_vad' },
        transcriptionModel: 'gpt-4o-mini-transcribe',
      },
      ...(setup.options && { options: setup.options }),
    } as const;
    const agentFor = (session: ClaimedSession) =>
      defaultAgents.create(session.agent, agentSubject(session));
    const stt = new FakeSpeechToText(clock);
    const llm = new FakeLanguageModel(clock);
    this.registry = new CallRegistry({
      clock,
      metrics,
      logger: silentLogger,
      options: defaultCallOptions,
      registry: { ...defaultRegistryOptions, maxCalls: setup.maxCalls ?? 10 },
      providers: { stt, model: llm, tts: this.tts },
      recorder,
      tools: this.tools,
      actions,
      voiceActivity: () => new FakeVoiceActivity(),
      realtime,
      agentFor,
    });
    const { registry, sipCalls } = this;
    const { defaults, model } = realtime;
    const logger = silentLogger;
    this.deskDeps = {
      actions,
      agentFor,
      clock,
      defaults,
      logger,
      metrics,
      model,
      recorder,
      registry,
      sipCalls,
    };
    this.desk = new SipDesk(this.deskDeps);
  }

  /** The control that was attached last. */
  get line(): FakeRealtimeSession {
    return this.model.session;
  }

  get call(): LiveCall | undefined {
    return this.registry.get(this.session.callSid);
  }

  get transcript(): string[] {
    return [...this.recorder.turns]
      .sort((a, b) => a.index - b.index)
      .map(({ role, text, interrupted }) => `${role}${interrupted ? ' (cut)' : ''}: ${text}`);
  }

  get endReason(): string | undefined {
    return this.recorder.endings.at(-1)?.reason;
  }

  /** How often the provider was told to stop what it plays. */
  get silences(): number {
    return this.#silences;
  }

  async answer(): Promise<this> {
    const outcome = await this.desk.answer(this.session, OPENAI_CALL);
    if (outcome !== 'answered') throw new Error(outcome);
    return this;
  }

  /** Answers, and lets the opening be heard. */
  async afterOpening(): Promise<this> {
    await this.answer();
    await this.until(() => this.recorder.turns.length === 1);
    await this.wait(100);
    return this;
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  async until(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let ms = 0; ms < limitMs; ms += 20) {
      if (holds()) return;
      await this.wait(20);
    }
    throw new Error(`it did not happen within ${limitMs} ms of virtual time`);
  }

  /** The caller begins to speak: the provider stops what it plays, and forgets the rest of it. */
  startsSpeaking(itemId = `caller-${++this.#turns}`): string {
    this.provider.tell((listener) => listener.onSpeechStarted({ itemId, atMs: 0 }));
    if (this.answersByItself) this.provider.stops(true);
    return itemId;
  }

  /** The turn is complete. @param text null: its words are not known yet */
  stopsSpeaking(itemId: string, text: string | null): void {
    this.provider.tell((listener) => {
      listener.onSpeechStopped({ itemId, atMs: 0 });
      listener.onCallerTurn({ itemId });
      if (text !== null) listener.onCallerWords({ itemId, text, final: true });
    });
  }

  async says(text: string): Promise<string> {
    const itemId = this.startsSpeaking();
    await this.wait(text.length * 60);
    this.stopsSpeaking(itemId, text);
    return itemId;
  }

  press(keys: string): void {
    for (const key of keys) this.provider.tell((listener) => listener.onKey(key));
  }

  /** What the provider does by itself now, as it was told last by any control. */
  get answersByItself(): boolean {
    const said = this.model.sessions.flatMap(({ calls, settings }) => [
      settings.answers,
      ...calls.flatMap((call) => (call.do === 'update' ? [call.settings.answers] : [])),
    ]);
    return said.findLast((each) => each !== undefined) === 'by-itself';
  }

  /** Waits for everything that still runs when the call is over, and proves that it ends. */
  async settled(): Promise<number> {
    await this.wait(120_000);
    return this.clock.pendingTimers;
  }

  #control(session: FakeRealtimeSession, setup: SipSetup): void {
    session.onRespond = (request) => {
      const text = sentenceIn(request);
      const { tag } = request;
      if (text === undefined) setup.onAnswer?.();
      else this.provider.speaks(text, tag === undefined ? {} : { tag });
    };
    const cancel = session.cancel.bind(session);
    session.cancel = () => {
      cancel();
      this.#silences += 1;
      this.provider.stops(false);
    };
  }
}
