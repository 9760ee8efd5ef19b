/** The parts of the espeak-ng binding that are used; the package has no types of its own. */
interface EspeakModule {
  readonly eSpeakNGWorker: new () => EspeakSynthesizer;
  readonly FS: { readdir(path: string): string[] };
  /** Changes when the memory grows. */
  readonly HEAPU8: Uint8Array;
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
  /** 0 to 99. */
  set_pitch(pitch: number): number;
  synthesize(
    text: string,
    onAudio: (audio: Int16Array | null, events: EspeakEvent[] | null) => boolean | number,
  ): void;
}

export const ESPEAK_SAMPLE_RATE_HZ = 22_050;
const ESPEAK_WORDS_PER_MINUTE = 175;
const ESPEAK_PITCH = 50;
const ESPEAK_PITCH_PER_SEMITONE = 2.45;
const VARIANTS_FOLDER = '/usr/share/espeak-ng-data/voices/!v';

export interface EspeakSpeech {
  readonly samples: Int16Array;
  readonly marks: readonly { readonly characterIndex: number; readonly atMs: number }[];
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

/** Only after it has spoken are all its tables in place, so that its memory can be kept. */
const FIRST_WORDS = { text: 'Hola, uno. Dos.', voice: 'es-419' };
/**
 * The binding keeps a buffer for texts outside of the memory that is put back, and replaces it by a
 * larger one after a longer text: the buffer has to be large enough before the memory is kept.
 */
const LONGEST_TEXT_BYTES = 16_384;

/**
 * espeak-ng carries state from one utterance into the next, so that the same text would sound a
 * little different each time. Its whole memory is therefore put back before every utterance.
 */
export class EspeakEngine {
  readonly languages: readonly string[];
  readonly variants: readonly string[];
  readonly #module: EspeakModule;
  readonly #synthesizer: EspeakSynthesizer;
  readonly #memory: Uint8Array;

  private constructor(module: EspeakModule) {
    this.#module = module;
    this.#synthesizer = atFixedTime(() => new module.eSpeakNGWorker());
    this.languages = this.#synthesizer
      .list_voices()
      .flatMap((voice) => voice.languages.map((language) => language.name));
    this.variants = module.FS.readdir(VARIANTS_FOLDER).filter((name) => !name.startsWith('.'));
    this.#synthesize(FIRST_WORDS.text.padEnd(LONGEST_TEXT_BYTES), FIRST_WORDS.voice, 1);
    // The larger buffer is made by the call after the long one.
    this.#synthesize(FIRST_WORDS.text, FIRST_WORDS.voice, 1);
    this.#memory = module.HEAPU8.slice();
  }

  static async start(): Promise<EspeakEngine> {
    // Computed, because the package has no type declarations.
    const packageName: string = '@echogarden/espeak-ng-emscripten';
    const { default: load } = (await import(packageName)) as {
      default: () => Promise<EspeakModule>;
    };
    return new EspeakEngine(await load());
  }

  /** @throws RangeError for a voice that espeak-ng does not know, or a text over 16 KB */
  speak(text: string, voice: string, rate: number, pitch = 0): EspeakSpeech {
    if (Buffer.byteLength(text) >= LONGEST_TEXT_BYTES) {
      throw new RangeError(`a text of more than ${LONGEST_TEXT_BYTES} bytes`);
    }
    const heap = this.#module.HEAPU8;
    heap.set(this.#memory);
    // Memory that has grown since is as new.
    heap.fill(0, this.#memory.length);
    return this.#synthesize(text, voice, rate, pitch);
  }

  #synthesize(text: string, voice: string, rate: number, pitch = 0): EspeakSpeech {
    const synthesizer = this.#synthesizer;
    if (synthesizer.set_voice(voice) !== 0) throw new RangeError(`unknown voice ${voice}`);
    synthesizer.set_rate(Math.round(ESPEAK_WORDS_PER_MINUTE * rate));
    // The memory is put back each time, and with it the voice's own pitch.
    if (pitch !== 0) {
      synthesizer.set_pitch(Math.round(ESPEAK_PITCH + pitch * ESPEAK_PITCH_PER_SEMITONE));
    }
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
        .map((event) => ({ characterIndex: event.text_position - 1, atMs: event.audio_position })),
    };
  }
}
