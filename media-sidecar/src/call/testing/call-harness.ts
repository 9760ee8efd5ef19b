import type { Agent } from '../../agents/contract.ts';
import { defaultAgents } from '../../agents/registry.ts';
import { FRAME_MS } from '../../audio/constants.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeLanguageModel, type ScriptedReply } from '../../llm/testing/fake-language-model.ts';
import { FakeSpeechToText } from '../../stt/testing/fake-speech-to-text.ts';
import { FakeTextToSpeech } from '../../tts/testing/fake-text-to-speech.ts';
import { agentSubject } from '../agent-subject.ts';
import type { LiveCallDeps } from '../live-call.ts';
import { defaultCallOptions } from '../options.ts';
import type { ClaimedSession, TurnRecord } from '../ports.ts';
import { CountingMetrics } from './counting-metrics.ts';
import { FakeCallActions, FakeRecorder, FakeToolRunner, FakeVoiceActivity } from './fake-ports.ts';
import { fakeSession } from './fake-session.ts';

export interface CallHarnessSetup {
  readonly session?: Partial<ClaimedSession>;
  /** What the language model of a cascade answers, one request after the other. */
  readonly replies?: readonly ScriptedReply[];
}

/** All that a call is in touch with, faked and in virtual time. Who calls, and how, is up to heirs. */
export class CallHarness {
  readonly clock = new VirtualClock();
  readonly recorder = new FakeRecorder();
  readonly actions = new FakeCallActions();
  readonly metrics = new CountingMetrics();
  readonly tools = new FakeToolRunner(this.clock);
  readonly stt = new FakeSpeechToText(this.clock);
  readonly tts = new FakeTextToSpeech(this.clock);
  readonly llm: FakeLanguageModel;
  readonly session: ClaimedSession;

  constructor({ session, replies }: CallHarnessSetup = {}) {
    this.session = fakeSession(session);
    this.llm = new FakeLanguageModel(this.clock, replies);
  }

  get deps(): LiveCallDeps {
    return {
      clock: this.clock,
      metrics: this.metrics,
      logger: silentLogger,
      options: defaultCallOptions,
      providers: { stt: this.stt, model: this.llm, tts: this.tts },
      recorder: this.recorder,
      tools: this.tools,
      actions: this.actions,
      voiceActivity: () => new FakeVoiceActivity(),
    };
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** Lets time run until something holds. @throws when it does not within `limitMs` of virtual time */
  async until(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let ms = 0; ms < limitMs; ms += FRAME_MS) {
      if (holds()) return;
      await this.wait(FRAME_MS);
    }
    throw new Error(`it did not happen within ${limitMs} ms of virtual time`);
  }

  get agentTurns(): TurnRecord[] {
    return this.recorder.turns.filter(({ role }) => role === 'agent');
  }

  /** Role and text of each recorded turn, in the order of their numbers. */
  get transcript(): string[] {
    return [...this.recorder.turns]
      .sort((a, b) => a.index - b.index)
      .map(({ role, text, interrupted }) => `${role}${interrupted ? ' (cut)' : ''}: ${text}`);
  }
}

export function agentFor(session: ClaimedSession): Agent {
  return defaultAgents.create(session.agent, agentSubject(session, silentLogger));
}
