import type { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { CascadeProviders } from '../cascade/providers.ts';
import type { LiveCall } from '../live-call.ts';
import type { CallOptions } from '../options.ts';
import type { CallHarnessSetup } from './call-harness.ts';
import { FakeVoiceActivity } from './fake-ports.ts';
import { PhoneCallHarness } from './phone-call-harness.ts';

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

export interface CascadeSetup extends CallHarnessSetup {
  readonly options?: Partial<CallOptions>;
  readonly providers?: (clock: VirtualClock) => Partial<CascadeProviders>;
}

/** A call led by the cascade, with a caller who speaks in frames and words. */
export class CascadeHarness extends PhoneCallHarness {
  readonly activity = new FakeVoiceActivity();
  readonly call: LiveCall;
  #utterance = '';

  constructor(setup: CascadeSetup = {}) {
    super(setup);
    const { options, providers } = this.deps;
    this.call = this.callWith({
      options: { ...options, ...setup.options },
      providers: { ...providers, ...setup.providers?.(this.clock) },
      voiceActivity: () => this.activity,
    });
  }

  /** Starts, and lets the greeting be heard. */
  async afterGreeting(): Promise<this> {
    await this.begin();
    await this.until(() => this.agentTurns.length === 1);
    return this;
  }

  /** The caller speaks these words, at an even pace. */
  async say(text: string, speech: Speech = {}): Promise<void> {
    const words = text.split(' ');
    const ms = speech.ms ?? text.length * 80;
    this.voiced = true;
    for (const word of words) {
      await this.wait(Math.round(ms / words.length));
      this.#utterance = this.#utterance ? `${this.#utterance} ${word}` : word;
      if (speech.interims ?? true) this.stt.stream.interim(this.#utterance);
    }
    this.voiced = false;
    const finalAfterMs = speech.finalAfterMs === undefined ? 400 : speech.finalAfterMs;
    if (finalAfterMs !== null) {
      this.clock.schedule(finalAfterMs, () => {
        const spoken = speech.final ?? this.#utterance;
        this.#utterance = '';
        this.stt.stream.final(spoken);
      });
    }
    await this.wait(speech.thenMs ?? 0);
  }
}
