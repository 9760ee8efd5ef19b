import { FRAME_MS, silentFrame } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { ProviderError } from '../../kernel/errors.ts';
import type { SpeechToText, SttOptions, SttStream, Transcript } from '../../stt/contract.ts';
import type { TranscriptionOptions } from './options.ts';
import type { SpeechStarts } from './speech-starts.ts';
import { StreamTimes } from './stream-times.ts';

export interface TrackRecognitionDeps {
  readonly clock: Clock;
  readonly stt: SpeechToText;
  readonly sttOptions: SttOptions;
  readonly options: TranscriptionOptions;
  readonly speechStarts: SpeechStarts;
}

export interface RecognisedUtterance {
  readonly text: string;
  readonly confidence: number | undefined;
  /** In ms of the stream. */
  readonly startMs: number;
  readonly endMs: number;
  readonly languageCode: string;
}

export interface TrackListener {
  onUtterance(utterance: RecognisedUtterance): void;
  /** Audio that nothing will be told of, in ms of the stream. */
  onGap(startMs: number, endMs: number): void;
  /** A recognition failed; another one is opened later. */
  onTrouble(error: ProviderError): void;
  /** Recognition cannot work, or stayed away for too long. Nothing follows. */
  onFailed(error: ProviderError): void;
}

/** A recognition that lives so long was there, even if nobody spoke. */
const PROVEN_AFTER_MS = 30_000;

interface HeldFrame {
  readonly frame: Uint8Array;
  readonly atMs: number;
}

/**
 * Writes one track of a call down. A recognition that gives up is opened again, with the audio since
 * its last words: nobody waits for an answer here, so it may take its time.
 */
export class TrackRecognition {
  readonly #deps: TrackRecognitionDeps;
  readonly #listener: TrackListener;
  readonly #times = new StreamTimes();
  /** Since the last final. */
  #held: HeldFrame[] = [];
  #stream: SttStream | undefined;
  /** Grows with each recognition, so that what an old one still says is not listened to. */
  #generation = 0;
  #openedMs = 0;
  #retry: Timer | undefined;
  #retries = 0;
  #awaySinceMs: number | undefined;
  /** End of the last utterance, in ms of the stream. */
  #saidUntilMs = 0;
  /** Begin of audio that was dropped while there was no recognition. */
  #lostFromMs: number | undefined;
  #lastFrameMs: number | undefined;
  #nextAtMs = 0;
  #silenceMs = 0;
  #over = false;

  constructor(deps: TrackRecognitionDeps, listener: TrackListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  start(): void {
    this.#open();
  }

  /** @param atMs where the frame begins in the stream */
  write(frame: Uint8Array, atMs: number): void {
    if (this.#over) return;
    this.#lastFrameMs = this.#deps.clock.monotonicMs();
    this.#silenceMs = 0;
    this.#put(frame, atMs);
  }

  /** To be called a few times a second: makes the pauses of the track heard. */
  tick(): void {
    const { pauseMs, maxSilenceMs } = this.#deps.options;
    if (this.#over || this.#lastFrameMs === undefined) return;
    const pausedMs = this.#deps.clock.monotonicMs() - this.#lastFrameMs;
    if (pausedMs < pauseMs) return;
    const untilMs = Math.min(pausedMs, maxSilenceMs);
    for (; this.#silenceMs + FRAME_MS <= untilMs; this.#silenceMs += FRAME_MS) {
      this.#put(silentFrame(), this.#nextAtMs);
    }
  }

  /** No more audio follows. Resolves when the last words were told, or took too long. */
  async finish(): Promise<void> {
    if (this.#over) return;
    this.#retry?.cancel();
    // While it was away, what is held has been recognised by nobody.
    if (!this.#stream && this.#held.length > 0) this.#open();
    const stream = this.#stream;
    if (stream) {
      const late = Promise.withResolvers<void>();
      const timer = this.#deps.clock.schedule(this.#deps.options.lastWordsMs, late.resolve);
      await Promise.race([stream.finish(), late.promise]);
      timer.cancel();
    }
    this.#tellLoss(undefined);
    this.close();
  }

  close(): void {
    this.#over = true;
    this.#retry?.cancel();
    this.#stream?.close();
    this.#stream = undefined;
    this.#held = [];
    this.#deps.speechStarts.close();
  }

  #put(frame: Uint8Array, atMs: number): void {
    this.#nextAtMs = atMs + FRAME_MS;
    this.#deps.speechStarts.hear(frame, atMs);
    this.#held.push({ frame, atMs });
    if (this.#held.length * FRAME_MS > this.#deps.options.maxHeldMs) this.#drop();
    if (this.#stream) this.#writeTo(this.#stream, frame, atMs);
  }

  /** Gives the oldest frame up. While a recognition is there, it has heard it. */
  #drop(): void {
    const dropped = this.#held.shift();
    if (dropped && !this.#stream) this.#lostFromMs ??= dropped.atMs;
  }

  #writeTo(stream: SttStream, frame: Uint8Array, atMs: number): void {
    this.#times.wrote(atMs, FRAME_MS);
    stream.write(frame);
  }

  #open(): void {
    this.#times.restart();
    const { clock, stt, sttOptions } = this.#deps;
    const generation = (this.#generation += 1);
    this.#openedMs = clock.monotonicMs();
    const ifCurrent =
      <T>(act: (value: T) => void) =>
      (value: T) => {
        if (!this.#over && this.#generation === generation) act(value);
      };
    const stream = stt.open(sttOptions, {
      onInterim: () => undefined,
      onFinal: ifCurrent((transcript) => this.#onFinal(transcript)),
      onError: ifCurrent((error) => this.#onError(error)),
    });
    this.#stream = stream;
    this.#tellLoss(this.#held[0]?.atMs);
    for (const { frame, atMs } of this.#held) this.#writeTo(stream, frame, atMs);
  }

  #onFinal({ text, confidence, endMs, languageCode }: Transcript): void {
    this.#retries = 0;
    this.#awaySinceMs = undefined;
    const streamEndMs = Math.max(this.#saidUntilMs, this.#times.streamMs(endMs));
    this.#times.forgetBefore(endMs);
    const startMs = this.#deps.speechStarts.take(this.#saidUntilMs, streamEndMs);
    this.#saidUntilMs = streamEndMs;
    this.#held = this.#held.filter(({ atMs }) => atMs + FRAME_MS > streamEndMs);
    this.#listener.onUtterance({
      text,
      confidence,
      startMs,
      endMs: streamEndMs,
      languageCode: languageCode ?? this.#deps.sttOptions.languageCode,
    });
  }

  #onError(error: ProviderError): void {
    this.#stream = undefined;
    const { clock, options } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#openedMs >= PROVEN_AFTER_MS) {
      this.#retries = 0;
      this.#awaySinceMs = undefined;
    }
    this.#awaySinceMs ??= nowMs;
    const awayMs = nowMs - this.#awaySinceMs;
    if (!error.retryable || awayMs >= options.maxOutageMs) {
      this.#lostFromMs ??= this.#held[0]?.atMs ?? this.#nextAtMs;
      this.#tellLoss(undefined);
      this.close();
      this.#listener.onFailed(error);
      return;
    }
    this.#listener.onTrouble(error);
    const backoffMs = Math.min(options.maxRetryMs, options.firstRetryMs * 2 ** this.#retries);
    this.#retries += 1;
    this.#retry = clock.schedule(Math.max(backoffMs, error.retryAfterMs ?? 0), () => this.#open());
  }

  /** @param untilMs where the audio begins that was kept; the end of all audio when there is none */
  #tellLoss(untilMs: number | undefined): void {
    const fromMs = this.#lostFromMs;
    this.#lostFromMs = undefined;
    if (fromMs !== undefined) this.#listener.onGap(fromMs, untilMs ?? this.#nextAtMs);
  }
}
