import {
  FakeRealtimeModel,
  type FakeRealtimeSession,
} from '../../realtime/testing/fake-realtime-model.ts';
import { FakeSipCalls } from '../../realtime/testing/fake-sip-calls.ts';
import type { LiveCall } from '../live-call.ts';
import { defaultRegistryOptions } from '../options.ts';
import type { RealtimeDeps, RealtimeOptions } from '../realtime/options.ts';
import { CallRegistry } from '../registry.ts';
import { SipDesk, type SipDeskDeps } from '../sip/sip-desk.ts';
import { agentFor, CallHarness, type CallHarnessSetup } from './call-harness.ts';
import { FakeSipProvider } from './fake-sip-provider.ts';
import { sentenceIn, testedDefaults } from './realtime-script.ts';

export const OPENAI_CALL = 'rtc_1';

export interface SipSetup extends Pick<CallHarnessSetup, 'session'> {
  readonly options?: Partial<RealtimeOptions>;
  readonly maxCalls?: number;
  /** From the attachment of a control to its readiness, in ms. @defaultValue 100 */
  readonly readyAfterMs?: number;
  /** What the model makes of a request for an answer. @defaultValue nothing */
  readonly onAnswer?: () => void;
}

/** A call over SIP, from its announcement on: its audio does not come by, its control does. */
export class SipHarness extends CallHarness {
  readonly model: FakeRealtimeModel;
  readonly provider: FakeSipProvider;
  readonly sipCalls = new FakeSipCalls();
  readonly registry: CallRegistry;
  readonly deskDeps: SipDeskDeps;
  readonly desk: SipDesk;
  #turns = 0;
  #silences = 0;

  constructor(setup: SipSetup = {}) {
    super({ session: { pipeline: 'realtime', transport: 'sip', ...setup.session } });
    this.model = new FakeRealtimeModel(this.clock, { readyAfterMs: setup.readyAfterMs ?? 100 });
    this.provider = new FakeSipProvider(this.clock, this.model);
    this.model.onOpen = (session) => this.#control(session, setup);
    this.registry = this.#registryOf(
      {
        model: this.model,
        defaults: testedDefaults,
        ...(setup.options && { options: setup.options }),
      },
      setup.maxCalls,
    );
    const { model, registry, sipCalls } = this;
    this.deskDeps = {
      ...this.deps,
      agentFor,
      defaults: testedDefaults,
      model,
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

  #registryOf(realtime: RealtimeDeps, maxCalls = 10): CallRegistry {
    const registry = { ...defaultRegistryOptions, maxCalls };
    return new CallRegistry({ ...this.deps, agentFor, realtime, registry });
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
