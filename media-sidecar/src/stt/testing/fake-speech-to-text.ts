import type { Clock, Timer } from '../../kernel/clock.ts';
import type { ProviderError } from '../../kernel/errors.ts';
import type { SpeechToText, SttListener, SttOptions, SttStream, Transcript } from '../contract.ts';

/** One thing the fake recogniser says, at a time since the stream was opened. */
export type ScriptedResult = { readonly atMs: number } & (
  | { readonly interim: string; readonly stability?: number; readonly endMs?: number }
  | { readonly final: string; readonly endMs?: number }
  | { readonly error: ProviderError }
);

/** Recognises what its script says when its clock says so, and whatever a test emits by hand. */
export class FakeSpeechToText implements SpeechToText {
  readonly name = 'fake-stt';
  readonly streams: FakeSttStream[] = [];
  readonly #clock: Clock;
  readonly #script: readonly ScriptedResult[];

  constructor(clock: Clock, script: readonly ScriptedResult[] = []) {
    this.#clock = clock;
    this.#script = script;
  }

  /** The stream that was opened last. */
  get stream(): FakeSttStream {
    const stream = this.streams.at(-1);
    if (!stream) throw new Error('no stream was opened');
    return stream;
  }

  open(options: SttOptions, listener: SttListener): FakeSttStream {
    const stream = new FakeSttStream(this.#clock, options, listener, this.#script);
    this.streams.push(stream);
    return stream;
  }
}

export class FakeSttStream implements SttStream {
  readonly options: SttOptions;
  readonly frames: Uint8Array[] = [];
  closed = false;
  /** Whether it was told that no more audio follows. */
  finishing = false;
  /** What it still reports then. */
  onFinish: () => void | Promise<void> = () => undefined;
  readonly #clock: Clock;
  readonly #openedMs: number;
  readonly #listener: SttListener;
  readonly #timers: Timer[];

  constructor(
    clock: Clock,
    options: SttOptions,
    listener: SttListener,
    script: readonly ScriptedResult[],
  ) {
    this.#clock = clock;
    this.#openedMs = clock.monotonicMs();
    this.options = options;
    this.#listener = listener;
    this.#timers = script.map((step) =>
      clock.schedule(step.atMs, () => {
        if ('interim' in step) this.interim(step.interim, step);
        else if ('final' in step) this.final(step.final, step);
        else this.fail(step.error);
      }),
    );
  }

  write(frame: Uint8Array): void {
    if (!this.closed) this.frames.push(frame);
  }

  async finish(): Promise<void> {
    this.finishing = true;
    await this.onFinish();
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const bytes = this.frames.reduce((sum, frame) => sum + frame.length, 0);
    if (bytes > 0) {
      this.options.onUsage?.({ provider: 'google', model: 'speech-v1', seconds: bytes / 8000 });
    }
    for (const timer of this.#timers) timer.cancel();
  }

  interim(text: string, details: Partial<Transcript> = {}): void {
    if (!this.closed) this.#listener.onInterim(this.#transcript(text, 0.9, details));
  }

  final(text: string, details: Partial<Transcript> = {}): void {
    if (!this.closed) this.#listener.onFinal(this.#transcript(text, 1, details));
  }

  fail(error: ProviderError): void {
    if (this.closed) return;
    this.close();
    this.#listener.onError(error);
  }

  #transcript(text: string, stability: number, details: Partial<Transcript>): Transcript {
    return {
      text,
      stability: details.stability ?? stability,
      endMs: details.endMs ?? this.#clock.monotonicMs() - this.#openedMs,
      languageCode: details.languageCode ?? this.options.languageCode,
      ...(details.confidence === undefined ? {} : { confidence: details.confidence }),
    };
  }
}
