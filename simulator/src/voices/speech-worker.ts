import { Worker } from 'node:worker_threads';
import type { Utterance } from './contract.ts';
import type { SpeakJob, WorkerMessage } from './espeak-worker.ts';

export interface SpokenAudio {
  readonly pcm8k: Int16Array;
  readonly words: Utterance['words'];
}

interface Waiting {
  resolve(audio: SpokenAudio): void;
  reject(error: Error): void;
}

/** The worker thread with espeak-ng in it: requests go in, audio comes back, in order. */
export class SpeechWorker {
  readonly languages: readonly string[];
  readonly variants: readonly string[];
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: Error | undefined;

  private constructor(worker: Worker, languages: readonly string[], variants: readonly string[]) {
    this.#worker = worker;
    this.languages = languages;
    this.variants = variants;
    worker.on('message', (message: WorkerMessage) => this.#receive(message));
    worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error('worker failed')),
    );
    worker.on('exit', () => this.#fail(new Error('the voices are closed')));
    // An open worker must not keep a process alive that has nothing else to do.
    worker.unref();
  }

  static async start(): Promise<SpeechWorker> {
    const worker = new Worker(new URL('espeak-worker.ts', import.meta.url));
    const ready = await new Promise<Extract<WorkerMessage, { type: 'ready' }>>(
      (resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (message: WorkerMessage) => {
          worker.off('error', reject);
          if (message.type === 'ready') resolve(message);
          else reject(new Error('the voice worker started out of order'));
        });
      },
    );
    return new SpeechWorker(worker, ready.languages, ready.variants);
  }

  speak(text: string, voice: string, rate: number, pitch: number): Promise<SpokenAudio> {
    if (this.#failure) return Promise.reject(this.#failure);
    const job: SpeakJob = { id: ++this.#lastId, text, voice, rate, pitch };
    return new Promise((resolve, reject) => {
      this.#waiting.set(job.id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(job);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'ready') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (message.type === 'spoken') waiting?.resolve(message);
    else waiting?.reject(new RangeError(message.message));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of waiting) each.reject(this.#failure);
  }
}
