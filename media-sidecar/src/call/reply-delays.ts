import type { Metrics } from '../kernel/metrics.ts';
import type { TurnDelays } from './ports.ts';

/** Stops the watch at each station of a reply, first time only. Monotonic ms. */
export class ReplyDelays {
  speechEndedAtMs: number | undefined;
  committedAtMs: number | undefined;
  modelRequestedAtMs: number | undefined;
  modelFirstTokenAtMs: number | undefined;
  firstSentenceAtMs: number | undefined;
  voiceRequestedAtMs: number | undefined;
  firstAudioByteAtMs: number | undefined;
  firstAudioSentAtMs: number | undefined;
  firstMarkAtMs: number | undefined;
  /** The reply waited for something else than providers (a hold, a tool, a filler, a retry). */
  disturbed = false;

  /** For the record: since the caller's speech ended. */
  toRecord(): TurnDelays {
    const since = this.speechEndedAtMs;
    if (since === undefined) return {};
    const delay = (atMs: number | undefined) =>
      atMs === undefined ? undefined : Math.max(0, Math.round(atMs - since));
    const delays: { [Key in keyof TurnDelays]: number | undefined } = {
      endOfTurnMs: delay(this.committedAtMs),
      modelFirstTokenMs: delay(this.modelFirstTokenAtMs),
      firstAudioByteMs: delay(this.firstAudioByteAtMs),
      firstAudioSentMs: delay(this.firstAudioSentAtMs),
      firstMarkMs: delay(this.firstMarkAtMs),
    };
    return Object.fromEntries(Object.entries(delays).filter(([, value]) => value !== undefined));
  }

  /**
   * What this process added: first audio sent, minus the wait for the end of the turn, minus the
   * time that model and voice took after it. Undefined where the parts cannot be told apart.
   */
  ownOverheadMs(): number | undefined {
    const { committedAtMs: from, firstAudioSentAtMs: sent } = this;
    const { modelRequestedAtMs: asked, firstSentenceAtMs: sentence } = this;
    const { voiceRequestedAtMs: voiced, firstAudioByteAtMs: byte } = this;
    if (this.disturbed || from === undefined || sent === undefined) return undefined;
    if (asked === undefined || sentence === undefined) return undefined;
    if (voiced === undefined || byte === undefined) return undefined;
    const modelMs = Math.max(0, sentence - Math.max(from, asked));
    const voiceMs = Math.max(0, byte - Math.max(from, voiced));
    return Math.max(0, sent - from - modelMs - voiceMs);
  }

  /** Once, when the first audio was sent. */
  report(metrics: Metrics): void {
    const { speechEndedAtMs, committedAtMs, firstAudioSentAtMs } = this;
    if (speechEndedAtMs === undefined || committedAtMs === undefined) return;
    metrics.observeMs('end_of_turn_wait', Math.max(0, committedAtMs - speechEndedAtMs));
    if (firstAudioSentAtMs !== undefined) {
      metrics.observeMs('response_total', Math.max(0, firstAudioSentAtMs - speechEndedAtMs));
    }
    const own = this.ownOverheadMs();
    if (own !== undefined) metrics.observeMs('own_overhead', own);
  }
}
