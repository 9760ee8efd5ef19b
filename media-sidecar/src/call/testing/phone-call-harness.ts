import { FRAME_BYTES, FRAME_MS, mulawMs } from '../../audio/constants.ts';
import { FakePhoneLeg } from '../../telephony/testing/fake-phone-leg.ts';
import { LiveCall, type LiveCallDeps } from '../live-call.ts';
import { agentFor, CallHarness, type CallHarnessSetup } from './call-harness.ts';
import { SILENT_BYTE, VOICED_BYTE } from './fake-ports.ts';

/** A live call whose audio we carry: a caller who sends a frame every 20 ms, and a phone that plays. */
export abstract class PhoneCallHarness extends CallHarness {
  abstract readonly call: LiveCall;
  readonly leg: FakePhoneLeg;
  /** The phone's line is down: no frames come. */
  mute = false;
  /** Whether there is voice in the caller's frames. */
  protected voiced = false;
  #playedBeforeClear = -1;

  constructor(setup: CallHarnessSetup) {
    super(setup);
    this.leg = new FakePhoneLeg(this.clock, this.session.callSid);
    const clear = this.leg.clear.bind(this.leg);
    this.leg.clear = () => {
      this.#playedBeforeClear = this.leg.played.length;
      return clear();
    };
  }

  protected callWith(deps: Partial<LiveCallDeps>): LiveCall {
    return new LiveCall({ ...this.deps, ...deps }, this.leg, this.session, agentFor(this.session));
  }

  /** Starts the call and the caller's line. */
  async begin(): Promise<this> {
    this.call.start();
    this.#sendFrames();
    await this.wait(0);
    return this;
  }

  /** The caller makes a sound; what comes of it is up to who listens. */
  async noise(ms: number): Promise<void> {
    this.voiced = true;
    await this.wait(ms);
    this.voiced = false;
  }

  /** Sound of an item is under way on the phone. */
  get agentSounds(): boolean {
    const last = this.leg.played.at(-1);
    if (!last || this.leg.played.length === this.#playedBeforeClear) return false;
    const bytes = this.leg.played
      .filter(({ itemId }) => itemId === last.itemId)
      .reduce((sum, { mulaw }) => sum + mulaw.byteLength, 0);
    return this.leg.heardMs(last.itemId) < mulawMs(bytes);
  }

  #sendFrames(): void {
    this.clock.schedule(FRAME_MS, () => {
      if (this.call.endReason) return;
      if (!this.mute) {
        this.leg.hear(new Uint8Array(FRAME_BYTES).fill(this.voiced ? VOICED_BYTE : SILENT_BYTE));
      }
      this.#sendFrames();
    });
  }
}
