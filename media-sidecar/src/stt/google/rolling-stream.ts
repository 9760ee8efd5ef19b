import { mulawMs } from '../../audio/constants.ts';
import { concatenate } from '../../audio/frames.ts';
import { levelDbfs } from '../../audio/level.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import { googleError, grpcCode } from '../../kernel/google/errors.ts';
import type { SttListener, SttStream } from '../contract.ts';
import { HeldAudio } from '../held-audio.ts';
import type { OpenRecognition, Recognition, RecognitionResult } from './recognition.ts';
import { UtteranceReporter } from './utterance-reporter.ts';

export interface RollingStreamOptions {
  /**
   * From this age on, a recognition is replaced at the next final or pause. Google ends it at 305 s
   * (v1) or 300 s (v2).
   * @defaultValue 270000 ms
   */
  readonly rollOverAfterMs: number;
  /**
   * At this age it is replaced in the middle of a word: its audio since the last final is sent again.
   * @defaultValue 290000 ms
   */
  readonly rollOverAtLatestMs: number;
  /**
   * Audio in one request. Google recommends 100 ms as a balance. A smaller batch comes sooner, on
   * average by half of the difference, and costs more: measured, 2.3 ms of CPU time per second of a
   * call at 20 ms, 1.1 at 40, 0.85 at 60 and 0.73 at 100.
   * @defaultValue 60 ms
   */
  readonly batchMs: number;
  /**
   * Failures in a row after which the stream is given up.
   * @defaultValue 3
   */
  readonly maxFailures: number;
  /**
   * The longest utterance that can be recovered after a failure.
   * @defaultValue 30000 ms
   */
  readonly maxHeldMs: number;
}

export const defaultRollingStreamOptions = {
  rollOverAfterMs: 270_000,
  rollOverAtLatestMs: 290_000,
  batchMs: 60,
  maxFailures: 3,
  maxHeldMs: 30_000,
} as const satisfies RollingStreamOptions;

export const PROVIDER = 'google-speech';

const INVALID_ARGUMENT = 3;
const ABORTED = 10;
const OUT_OF_RANGE = 11;
/**
 * What version 2 aborts a recognition with where version 1 says that it is out of range
 * (python-docs-samples issue 11596, pipecat issue 2180). Anything else that is aborted is a failure.
 */
const ENDED_BY_V2 =
  /Max duration of \d+ minutes reached for stream|Stream timed out after receiving no more client requests/;
/** Below the limit of both versions: one second of audio. */
const MAX_REQUEST_BYTES = 8000;
/** In silence, a word may have begun that no interim tells of yet: Google takes up to 2 s. */
const HELD_IN_SILENCE_MS = 5000;
const QUIET_DBFS = -45;
const PAUSE_MS = 300;
/** A recognition that lives so long was worth opening: the failures before it are forgotten. */
const PROVEN_AFTER_MS = 2000;
const FIRST_BACKOFF_MS = 250;
/** Nobody on the phone waits longer: the stream is given up, and whose it is decides what follows. */
const LONGEST_BACKOFF_MS = 2000;

interface Leg {
  recognition: Recognition | undefined;
  /** Where its audio begins in the stream. */
  readonly baseMs: number;
  readonly openedMs: number;
  answered: boolean;
}

/**
 * An endless stream made of recognitions that each live under five minutes. Audio since the last
 * final is held; a new recognition gets it first, and the old one is cancelled at that moment: so
 * no word is lost, and none is told twice.
 */
export class RollingStream implements SttStream {
  readonly #open: OpenRecognition;
  readonly #languages: readonly string[];
  readonly #listener: SttListener;
  readonly #reporter: UtteranceReporter;
  readonly #clock: Clock;
  readonly #options: RollingStreamOptions;
  readonly #held = new HeldAudio();
  #batch: Uint8Array[] = [];
  #batchMs = 0;
  #quietMs = 0;
  #leg: Leg | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #language = 0;
  #closed = false;
  /** Set once no more audio follows. */
  #finishing: PromiseWithResolvers<void> | undefined;

  /** @param languages the one to begin with, then what to try if the model does not know it */
  constructor(
    open: OpenRecognition,
    languages: readonly [string, ...string[]],
    listener: SttListener,
    clock: Clock,
    options: RollingStreamOptions,
  ) {
    this.#open = open;
    this.#languages = languages;
    this.#listener = listener;
    this.#reporter = new UtteranceReporter(listener);
    this.#clock = clock;
    this.#options = options;
    this.#connect();
  }

  /** The language that the model turned out to know. */
  get languageCode(): string {
    return this.#languages[this.#language] ?? '';
  }

  write(frame: Uint8Array): void {
    if (this.#closed || this.#finishing || frame.length === 0) return;
    this.#held.push(frame);
    this.#quietMs = levelDbfs(frame) < QUIET_DBFS ? this.#quietMs + mulawMs(frame.length) : 0;
    // After a recognition that ended for want of audio, the next audio opens one.
    if (!this.#leg && !this.#retry) this.#connect();
    else if (this.#leg) this.#send(this.#leg, frame);
    this.#trim();
    this.#rollOverIfDue(this.#quietMs >= PAUSE_MS && !this.#reporter.isOpen);
  }

  finish(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#finishing) return this.#finishing.promise;
    this.#finishing = Promise.withResolvers<void>();
    this.#retry?.cancel();
    // While it waits to try again, what is held has been recognised by nobody.
    if (this.#retry && !this.#leg) this.#connect();
    this.#retry = undefined;
    const { promise } = this.#finishing;
    if (this.#leg) this.#sayThatNoMoreFollows(this.#leg);
    else this.close();
    return promise;
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#leg?.recognition?.cancel();
    this.#leg = undefined;
    this.#held.clear();
    this.#batch = [];
    this.#finishing?.resolve();
  }

  #sayThatNoMoreFollows(leg: Leg): void {
    this.#flush(leg);
    leg.recognition?.end();
  }

  #send(leg: Leg, frame: Uint8Array): void {
    this.#batch.push(frame);
    this.#batchMs += mulawMs(frame.length);
    if (this.#batchMs >= this.#options.batchMs) this.#flush(leg);
  }

  #flush(leg: Leg): void {
    if (this.#batch.length === 0) return;
    const audio = concatenate(...this.#batch);
    this.#batch = [];
    this.#batchMs = 0;
    leg.recognition?.write(audio);
  }

  #connect(): void {
    const leg: Leg = {
      recognition: undefined,
      baseMs: this.#held.startMs,
      openedMs: this.#clock.monotonicMs(),
      answered: false,
    };
    this.#leg = leg;
    this.#batch = [];
    this.#batchMs = 0;
    const ifCurrent = (act: () => void) => {
      if (this.#leg === leg && !this.#closed) act();
    };
    const recognition = this.#open(this.languageCode, {
      onResults: (results) => ifCurrent(() => this.#onResults(leg, results)),
      onError: (error) => ifCurrent(() => this.#onError(leg, error)),
      onEnd: () => ifCurrent(() => this.#onEnd(leg)),
    });
    leg.recognition = recognition;
    for (const piece of this.#held.pieces(MAX_REQUEST_BYTES)) {
      if (this.#leg === leg) recognition.write(piece);
    }
  }

  #rollOver(): void {
    this.#leg?.recognition?.cancel();
    this.#reporter.restart();
    this.#connect();
  }

  #rollOverIfDue(isPause: boolean): void {
    if (!this.#leg) return;
    const ageMs = this.#clock.monotonicMs() - this.#leg.openedMs;
    const { rollOverAfterMs, rollOverAtLatestMs } = this.#options;
    if (ageMs >= (isPause ? rollOverAfterMs : rollOverAtLatestMs)) this.#rollOver();
  }

  #onResults(leg: Leg, results: readonly RecognitionResult[]): void {
    leg.answered = true;
    const placed = results.map((result) => ({
      ...result,
      endMs: Math.min(leg.baseMs + (result.endMs ?? Number.POSITIVE_INFINITY), this.#held.endMs),
    }));
    const finalEndMs = this.#reporter.report(placed, () => this.#closed);
    if (finalEndMs === undefined || this.#closed) return;
    this.#held.dropBefore(finalEndMs);
    if (!this.#reporter.isOpen && !this.#finishing) this.#rollOverIfDue(true);
  }

  #onError(leg: Leg, error: unknown): void {
    // Nobody waits for another try: the call is over.
    if (this.#finishing) return this.close();
    const code = grpcCode(error);
    const isUnknownLanguage = code === INVALID_ARGUMENT && !leg.answered;
    if (
      isUnknownLanguage &&
      isAboutLanguage(error) &&
      this.#language + 1 < this.#languages.length
    ) {
      this.#language += 1;
      this.#connect();
      return;
    }
    if (isEndOfItsTime(code, error) && this.#isProven(leg)) {
      // The limit of a stream, or no audio for a while: the next audio opens another one.
      this.#leg = undefined;
      this.#reporter.restart();
      return;
    }
    this.#fail(leg, googleError(PROVIDER, error));
  }

  #onEnd(leg: Leg): void {
    if (this.#finishing) return this.close();
    if (leg.answered) {
      this.#leg = undefined;
      this.#reporter.restart();
    } else {
      this.#fail(
        leg,
        new ProviderError(PROVIDER, 'unavailable', 'the recognition ended without a result', {
          retryable: true,
        }),
      );
    }
  }

  #fail(leg: Leg, error: ProviderError): void {
    if (leg.answered && this.#isProven(leg)) this.#failures = 0;
    this.#failures += 1;
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (this.#failures - 2);
    const delayMs = Math.max(this.#failures === 1 ? 0 : backoffMs, error.retryAfterMs ?? 0);
    const isHopeless = !error.retryable || this.#failures > this.#options.maxFailures;
    if (isHopeless || delayMs > LONGEST_BACKOFF_MS) {
      this.close();
      this.#listener.onError(error);
      return;
    }
    this.#leg = undefined;
    this.#reporter.restart();
    this.#retry = this.#clock.schedule(delayMs, () => {
      this.#retry = undefined;
      this.#connect();
    });
  }

  #isProven(leg: Leg): boolean {
    return this.#clock.monotonicMs() - leg.openedMs >= PROVEN_AFTER_MS;
  }

  #trim(): void {
    let keepMs = this.#options.maxHeldMs;
    const legAgeMs = this.#leg ? this.#clock.monotonicMs() - this.#leg.openedMs : 0;
    if (legAgeMs > HELD_IN_SILENCE_MS && !this.#reporter.isOpen) keepMs = HELD_IN_SILENCE_MS;
    this.#held.dropBefore(this.#held.endMs - keepMs);
  }
}

function isEndOfItsTime(code: number | undefined, error: unknown): boolean {
  if (code === OUT_OF_RANGE) return true;
  return code === ABORTED && error instanceof Error && ENDED_BY_V2.test(error.message);
}

function isAboutLanguage(error: unknown): boolean {
  return error instanceof Error && /language/i.test(error.message);
}
