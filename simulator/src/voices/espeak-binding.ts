import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The parts of the espeak-ng binding that are used; the package has no types of its own. */
interface EspeakModule {
  readonly eSpeakNGWorker: new () => EspeakSynthesizer;
  readonly FS: { readdir(path: string): string[] };
}

interface EspeakEvent {
  readonly type: string;
  /** In characters from 1. */
  readonly text_position: number;
  readonly audio_position: number;
}

interface EspeakSynthesizer {
  list_voices(): { identifier: string; languages: { name: string }[] }[];
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): number;
  synthesize(
    text: string,
    onAudio: (audio: Int16Array | null, events: EspeakEvent[] | null) => boolean | number,
  ): void;
}

type EspeakFactory = (options: {
  getPreloadedPackage(name: string, sizeBytes: number): ArrayBuffer;
}) => Promise<EspeakModule>;

export const ESPEAK_SAMPLE_RATE_HZ = 22_050;
const ESPEAK_WORDS_PER_MINUTE = 175;
const VARIANTS_FOLDER = '/usr/share/espeak-ng-data/voices/!v';

export interface EspeakSpeech {
  readonly samples: Int16Array;
  readonly marks: readonly { readonly characterIndex: number; readonly atMs: number }[];
  readonly endsMs: readonly number[];
}

/** espeak-ng seeds the noise of breathy voices with the time of day when it starts. */
function atFixedTime<T>(create: () => T): T {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return create();
  } finally {
    Date.now = now;
  }
}

/**
 * espeak-ng carries state from one utterance into the next, so that the same text would sound a
 * little different each time. Every utterance therefore gets a fresh instance; the next one is made
 * ready while nobody waits.
 */
export class EspeakEngine {
  readonly #load: () => Promise<EspeakModule>;
  #next: Promise<EspeakModule>;

  private constructor(load: () => Promise<EspeakModule>) {
    this.#load = load;
    this.#next = load();
  }

  static async start(): Promise<EspeakEngine> {
    // Computed, because the package has no type declarations.
    const packageName: string = '@echogarden/espeak-ng-emscripten';
    const { default: factory } = (await import(packageName)) as { default: EspeakFactory };
    const data = new URL('espeak-ng.data', import.meta.resolve(packageName));
    const file = await readFile(fileURLToPath(data));
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    return new EspeakEngine(() => factory({ getPreloadedPackage: () => bytes as ArrayBuffer }));
  }

  async listVoices(): Promise<{ languages: string[]; variants: string[] }> {
    // Its own instance: one that was asked for its voices already speaks differently.
    const module = await this.#load();
    return {
      languages: new module.eSpeakNGWorker()
        .list_voices()
        .flatMap((voice) => voice.languages.map((language) => language.name)),
      variants: module.FS.readdir(VARIANTS_FOLDER).filter((name) => !name.startsWith('.')),
    };
  }

  /** @throws RangeError for a voice that espeak-ng does not know */
  async speak(text: string, voice: string, rate: number): Promise<EspeakSpeech> {
    const module = await this.#next;
    this.#next = new Promise((resolve, reject) => {
      setImmediate(() => this.#load().then(resolve, reject));
    });
    // A failure belongs to the utterance that waits for it, not to the process.
    this.#next.catch(() => undefined);
    const synthesizer = atFixedTime(() => new module.eSpeakNGWorker());
    if (synthesizer.set_voice(voice) !== 0) throw new RangeError(`unknown voice ${voice}`);
    synthesizer.set_rate(Math.round(ESPEAK_WORDS_PER_MINUTE * rate));
    const chunks: Int16Array[] = [];
    const events: EspeakEvent[] = [];
    synthesizer.synthesize(text, (audio, newEvents) => {
      if (audio && audio.length > 0) chunks.push(Int16Array.from(audio));
      if (newEvents) events.push(...newEvents);
      return 0;
    });
    const samples = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      samples.set(chunk, at);
      at += chunk.length;
    }
    return {
      samples,
      marks: events
        .filter((event) => event.type === 'word')
        .map((event) => ({
          characterIndex: event.text_position - 1,
          atMs: event.audio_position,
        })),
      endsMs: events.filter((event) => event.type === 'end').map((event) => event.audio_position),
    };
  }
}
