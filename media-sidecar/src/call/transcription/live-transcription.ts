import type { Clock, Timer } from '../../kernel/clock.ts';
import type { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { SpeechToText } from '../../stt/contract.ts';
import type { ListenLeg, ListenLegListener } from '../../telephony/contract.ts';
import type { VoiceActivity } from '../voice-activity.ts';
import type { TranscriptionOptions } from './options.ts';
import type {
  ClaimedTranscription,
  Track,
  TranscriptionEndReason,
  TranscriptionGap,
  TranscriptionRecorder,
} from './ports.ts';
import { SpeechStarts } from './speech-starts.ts';
import { TrackRecognition, type RecognisedUtterance } from './track-recognition.ts';

export interface LiveTranscriptionDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly stt: SpeechToText;
  readonly recorder: TranscriptionRecorder;
  readonly voiceActivity: () => VoiceActivity;
  readonly options: TranscriptionOptions;
}

const TICK_MS = 200;

/** Writes down what is said on a call, each of its tracks by a recognition of its own. */
export class LiveTranscription {
  readonly claimed: ClaimedTranscription;
  /** Resolves once, when it is over and its record was handed over. Never rejects. */
  readonly ended: Promise<void>;
  readonly #deps: LiveTranscriptionDeps;
  readonly #leg: ListenLeg;
  readonly #tracks = new Map<Track, TrackRecognition>();
  readonly #ending = Promise.withResolvers<void>();
  readonly #gaps: TranscriptionGap[] = [];
  #utterances = 0;
  #tick: Timer | undefined;
  #endReason: TranscriptionEndReason | undefined;

  constructor(deps: LiveTranscriptionDeps, leg: ListenLeg, claimed: ClaimedTranscription) {
    this.claimed = claimed;
    this.ended = this.#ending.promise;
    this.#deps = deps;
    this.#leg = leg;
  }

  /** Opens the recognitions, and listens. Once. */
  start(): void {
    const { clock, recorder } = this.#deps;
    // First what may throw: what could not begin leaves no record.
    for (const track of this.claimed.tracks) this.#tracks.set(track, this.#recognitionOf(track));
    recorder.started({ ...this.#ids(), startedAtMs: clock.nowMs() });
    for (const recognition of this.#tracks.values()) recognition.start();
    this.#scheduleTick();
    // Last: what the leg held back, perhaps also its end, is delivered in here.
    this.#leg.attach(this.#legListener());
  }

  /** Ends it; the last words are still waited for. */
  stop(reason: 'stopped' | 'drained'): void {
    void this.#end(reason);
  }

  #legListener(): ListenLegListener {
    return {
      onAudio: (track, frame, atMs) => this.#tracks.get(track)?.write(frame, atMs),
      onGap: (track, startMs, endMs) => {
        if (this.#tracks.has(track)) this.#gap({ track, startMs, endMs, reason: 'audio' });
      },
      onEnded: (reason) => {
        void this.#end(reason === 'stream-stopped' ? 'stream-stopped' : 'connection-lost');
      },
    };
  }

  #recognitionOf(track: Track): TrackRecognition {
    const { clock, stt, options, voiceActivity } = this.#deps;
    const { language, phrases } = this.claimed;
    return new TrackRecognition(
      {
        clock,
        stt,
        options,
        sttOptions: { languageCode: language, phrases: phrases.map((value) => ({ value })) },
        speechStarts: new SpeechStarts(voiceActivity()),
      },
      {
        onUtterance: (utterance) => this.#said(track, utterance),
        onGap: (startMs, endMs) => this.#gap({ track, startMs, endMs, reason: 'recognition' }),
        onTrouble: (error) => this.#trouble(error),
        onFailed: (error) => {
          this.#trouble(error);
          void this.#end('recognition-failed', error);
        },
      },
    );
  }

  #said(track: Track, { confidence, ...utterance }: RecognisedUtterance): void {
    this.#deps.recorder.utterance({
      ...this.#ids(),
      ...utterance,
      ...(confidence !== undefined && { confidence }),
      index: this.#utterances,
      track,
      gaps: [...this.#gaps],
    });
    this.#utterances += 1;
  }

  #gap(gap: TranscriptionGap): void {
    this.#gaps.push({ ...gap, startMs: Math.round(gap.startMs), endMs: Math.round(gap.endMs) });
  }

  #trouble({ code, provider }: ProviderError): void {
    this.#deps.metrics.count('provider_errors', { source: 'transcription', code });
    this.#deps.logger.warn({ source: 'transcription', code, provider }, 'a provider failed');
  }

  #scheduleTick(): void {
    this.#tick = this.#deps.clock.schedule(TICK_MS, () => {
      for (const recognition of this.#tracks.values()) recognition.tick();
      this.#scheduleTick();
    });
  }

  /** Order matters: the reason first, so that nothing that closing causes is taken for an event. */
  async #end(reason: TranscriptionEndReason, error?: ProviderError): Promise<void> {
    if (this.#endReason) return;
    this.#endReason = reason;
    this.#tick?.cancel();
    this.#leg.close();
    await Promise.all([...this.#tracks.values()].map((recognition) => recognition.finish()));
    this.#deps.recorder.ended({
      ...this.#ids(),
      endedAtMs: this.#deps.clock.nowMs(),
      reason,
      ...(error && { error: { code: error.code, message: error.message } }),
      gaps: [...this.#gaps],
    });
    this.#ending.resolve();
  }

  #ids(): { readonly transcriptionId: string; readonly tenantId: string } {
    const { transcriptionId, tenantId } = this.claimed;
    return { transcriptionId, tenantId };
  }
}
