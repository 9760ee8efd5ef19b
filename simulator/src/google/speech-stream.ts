import type { RecognitionStream, RecognizedSpeech, Recognizer } from '../recognition/contract.ts';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from './google-error.ts';
import { LineAudio } from './speech-audio.ts';
import type { ListeningConfig } from './speech-config.ts';
import { SpeechResults } from './speech-results.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

/** How far audio may be ahead of the clock. Google gives no figure; clients send held audio at once. */
const MOST_AHEAD_MS = 20_000;

export interface SpeechStreamSink {
  write(response: object): void;
  /** Ends the call; nothing follows. */
  fail(error: GoogleError): void;
  end(): void;
}

export interface SpeechStreamParts {
  readonly config: ListeningConfig;
  readonly recognizer: Recognizer;
  readonly faults: Faults;
  readonly sink: SpeechStreamSink;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** A stream after its configuration: audio in, results out, later than they are known. */
export class SpeechStream {
  readonly #parts: SpeechStreamParts;
  readonly #results: SpeechResults;
  readonly #audio: LineAudio;
  readonly #listener: RecognitionStream;
  readonly #startedAt = performance.now();
  readonly #queue: { dueAt: number; send: () => void }[] = [];
  #sendTimer: NodeJS.Timeout | undefined;
  #audioTimer: NodeJS.Timeout | undefined;
  #audioMs = 0;
  #lastSpeechMs = 0;
  #speaking = false;
  #heardSpeech = false;
  #finals = 0;
  #halfClosed = false;
  /** After the end of a single utterance, further audio is ignored. */
  #deaf = false;
  #closed = false;

  constructor(parts: SpeechStreamParts) {
    this.#parts = parts;
    this.#results = new SpeechResults(parts.config);
    this.#audio = new LineAudio(parts.config.format);
    this.#listener = parts.recognizer.listen({
      speechStarted: (atMs) => this.#onSpeechStarted(atMs),
      speechEnded: (atMs) => this.#onSpeechEnded(atMs),
      interim: (speech) => {
        if (parts.config.interimResults && !this.#deaf) {
          this.#sendAfter(this.#settings.interimDelayMs, this.#results.interim(speech));
        }
      },
      final: (speech) => this.#onFinal(speech),
    });
    this.#expectAudio();
  }

  get #settings() {
    return this.#parts.faults.current.speech;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  audio(bytes: Uint8Array): void {
    if (this.#closed || this.#deaf) return;
    this.#audioMs += this.#audio.durationMs(bytes.length);
    if (this.#audioMs - this.#elapsedMs > MOST_AHEAD_MS) {
      this.#fail(
        new GoogleError(
          'OUT_OF_RANGE',
          'Audio data is being streamed too fast. Please stream audio data approximately at real time.',
        ),
      );
      return;
    }
    this.#expectAudio();
    this.#listener.feed(this.#audio.toMulaw(bytes));
    this.#checkActivityTimeouts();
  }

  /** The client has half-closed: what is known becomes final, then the call ends. */
  finish(): void {
    if (this.#closed || this.#halfClosed) return;
    this.#halfClosed = true;
    clearTimeout(this.#audioTimer);
    this.#listener.end();
    this.#send(this.#settings.interimDelayMs, () => {
      if (this.#audioMs > 0) {
        this.#parts.sink.write({ results: [], ...this.#results.billing(this.#audioMs) });
      }
      this.close();
      this.#parts.sink.end();
    });
  }

  /** Forgets everything that was still to be sent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sendTimer);
    clearTimeout(this.#audioTimer);
    this.#queue.length = 0;
  }

  #fail(error: GoogleError): void {
    this.close();
    this.#parts.sink.fail(error);
  }

  #expectAudio(): void {
    clearTimeout(this.#audioTimer);
    const { noAudio } = STREAM_LIMITS[this.#parts.config.version];
    this.#audioTimer = setTimeout(() => this.#fail(noAudio()), this.#settings.audioTimeoutMs);
  }

  #onSpeechStarted(atMs: number): void {
    this.#speaking = true;
    this.#heardSpeech = true;
    if (this.#parts.config.activityEvents) {
      this.#sendAfter(this.#settings.interimDelayMs, this.#results.activity('BEGIN', atMs));
    }
  }

  #onSpeechEnded(atMs: number): void {
    this.#speaking = false;
    this.#lastSpeechMs = atMs;
    const { activityEvents, singleUtterance } = this.#parts.config;
    if (activityEvents) {
      this.#sendAfter(this.#settings.interimDelayMs, this.#results.activity('END', atMs));
    }
    if (singleUtterance) this.#endSingleUtterance(atMs);
  }

  #onFinal(speech: RecognizedSpeech): void {
    if (this.#parts.config.singleUtterance && this.#finals > 0) return;
    this.#finals++;
    const { finalDelayMinMs, finalDelayMaxMs } = this.#settings;
    const delay = finalDelayMinMs + this.#parts.random() * (finalDelayMaxMs - finalDelayMinMs);
    // The delay counts from the end of speech, some of which is over.
    const sinceSpeechMs = this.#audioMs - speech.endMs;
    const waitMs = this.#halfClosed ? 0 : Math.max(0, delay - sinceSpeechMs);
    if (this.#parts.config.singleUtterance) this.#endSingleUtterance(speech.endMs);
    this.#sendAfter(waitMs, this.#results.final(speech));
  }

  #endSingleUtterance(atMs: number): void {
    if (this.#deaf) return;
    this.#deaf = true;
    clearTimeout(this.#audioTimer);
    this.#sendAfter(0, this.#results.endOfSingleUtterance(atMs));
  }

  #checkActivityTimeouts(): void {
    const { speechStartTimeoutMs, speechEndTimeoutMs } = this.#parts.config;
    const startOver =
      !this.#heardSpeech &&
      speechStartTimeoutMs !== undefined &&
      this.#audioMs >= speechStartTimeoutMs;
    const endOver =
      this.#heardSpeech &&
      !this.#speaking &&
      speechEndTimeoutMs !== undefined &&
      this.#audioMs - this.#lastSpeechMs >= speechEndTimeoutMs;
    if (!startOver && !endOver) return;
    this.#sendAfter(0, this.#results.activity('TIMEOUT', this.#audioMs));
    this.finish();
  }

  #sendAfter(delayMs: number, response: object): void {
    this.#send(delayMs, () => this.#parts.sink.write(response));
  }

  /** In order: what is said later never arrives earlier. */
  #send(delayMs: number, send: () => void): void {
    if (this.#closed) return;
    const stalledUntil = this.#startedAt + this.#settings.stallMs;
    const dueAt = Math.max(
      performance.now() + delayMs,
      stalledUntil,
      this.#queue.at(-1)?.dueAt ?? 0,
    );
    this.#queue.push({ dueAt, send });
    if (this.#queue.length === 1) this.#schedule();
  }

  #schedule(): void {
    const next = this.#queue[0];
    if (!next || this.#closed) return;
    this.#sendTimer = setTimeout(
      () => {
        this.#queue.shift();
        next.send();
        this.#schedule();
      },
      Math.max(0, next.dueAt - performance.now()),
    );
  }
}
