import loadFvad, { type FvadModule } from '@echogarden/fvad-wasm';
import { FRAME_BYTES, FRAME_MS, SAMPLE_RATE_HZ } from './constants.ts';
import { levelDbfs } from './level.ts';
import { decodeMulawInto } from './mulaw.ts';

export interface VoiceActivityOptions {
  /**
   * How strict WebRTC's detector is, 0 (lets most through) to 3. It keeps saying "voice" for 140 ms
   * after the end in modes 0 and 1, for 100 ms in 2 and 3; 2 is the most sensitive of the quick ones.
   * @defaultValue 2
   */
  readonly mode: 0 | 1 | 2 | 3;
  /**
   * Speech begins when so many of the last `startWindowFrames` frames have voice. 60 ms is short
   * enough for a "sí" (about 150 ms) and too long for most clicks of the line.
   * @defaultValue 3 frames of 20 ms
   */
  readonly startVoicedFrames: number;
  /** @defaultValue 5 frames of 20 ms */
  readonly startWindowFrames: number;
  /**
   * Speech ends after so long without voice. Longer than the closure of a stop consonant (about
   * 100 ms); whether a pause ends a *turn* is decided elsewhere.
   * @defaultValue 200 ms
   */
  readonly endSilenceMs: number;
  /**
   * A frame that is weaker is never speech: speech on the phone is around -26 dBFS.
   * @defaultValue -55 dBFS
   */
  readonly minLevelDbfs: number;
  /**
   * How far speech stands out from the background noise, which is learned from frames without voice.
   * @defaultValue 6 dB
   */
  readonly aboveNoiseDb: number;
  /**
   * WebRTC's noise model starts empty and takes the first frames of any noise for voice (four to
   * seven frames, measured with white noise from -90 to -40 dBFS): they cannot begin speech.
   * @defaultValue 160 ms
   */
  readonly warmUpMs: number;
}

export const defaultVoiceActivityOptions = {
  mode: 2,
  startVoicedFrames: 3,
  startWindowFrames: 5,
  endSilenceMs: 200,
  minLevelDbfs: -55,
  aboveNoiseDb: 6,
  warmUpMs: 160,
} as const satisfies VoiceActivityOptions;

export interface VoiceActivityEvent {
  readonly type: 'speech-started' | 'speech-ended';
  /** Where in the audio it truly happened, in ms since the first frame; not when it was noticed. */
  readonly atMs: number;
}

export interface VoiceActivityDetector {
  readonly speaking: boolean;
  /**
   * @param mulawFrame exactly 20 ms
   * @throws RangeError for a frame of another length; Error after `close`
   */
  process(mulawFrame: Uint8Array): VoiceActivityEvent | undefined;
  /** Gives the detector's memory back. Idempotent. */
  close(): void;
}

interface SharedModule {
  readonly fvad: FvadModule;
  /** One frame of samples inside the module's memory; `process` is synchronous, so one is enough. */
  readonly frame: number;
}

let shared: SharedModule | undefined;
let loading: Promise<SharedModule> | undefined;

/** Compiles the detector, once for the process. Await it before the first call is taken. */
export async function loadVoiceActivity(): Promise<void> {
  loading ??= loadFvad().then((fvad) => ({ fvad, frame: fvad._malloc(FRAME_BYTES * 2) }));
  shared = await loading;
}

/**
 * Detects where a caller speaks, for one call.
 * @throws Error before `loadVoiceActivity` has resolved; RangeError for impossible options
 */
export function createVoiceActivityDetector(
  options: Partial<VoiceActivityOptions> = {},
): VoiceActivityDetector {
  if (!shared) throw new Error('loadVoiceActivity has not finished');
  return new WebrtcVoiceActivityDetector(shared, { ...defaultVoiceActivityOptions, ...options });
}

/** Noise is learned within these bounds, so that a loud line cannot make speech inaudible. */
const NOISE_MIN_DBFS = -75;
const NOISE_MAX_DBFS = -35;
/** A new, quieter background is believed quickly, a louder one slowly. */
const NOISE_FALL = 0.3;
const NOISE_RISE = 0.05;

class WebrtcVoiceActivityDetector implements VoiceActivityDetector {
  readonly #module: SharedModule;
  readonly #options: VoiceActivityOptions;
  readonly #samples = new Int16Array(FRAME_BYTES);
  /** Starts of the frames with voice inside the start window. */
  #recentVoicedMs: number[] = [];
  #detector: number;
  #positionMs = 0;
  #lastVoiceEndMs = 0;
  #noiseDbfs = NOISE_MIN_DBFS;
  #speaking = false;

  constructor(module: SharedModule, options: VoiceActivityOptions) {
    check(options);
    this.#module = module;
    this.#options = options;
    this.#detector = module.fvad._fvad_new();
    if (this.#detector === 0) throw new Error('no memory for a voice activity detector');
    module.fvad._fvad_set_sample_rate(this.#detector, SAMPLE_RATE_HZ);
    module.fvad._fvad_set_mode(this.#detector, options.mode);
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  process(mulawFrame: Uint8Array): VoiceActivityEvent | undefined {
    if (mulawFrame.length !== FRAME_BYTES) {
      throw new RangeError(`a frame has ${FRAME_BYTES} bytes, not ${mulawFrame.length}`);
    }
    const startMs = this.#positionMs;
    this.#positionMs += FRAME_MS;
    const voiced = this.#hasVoice(mulawFrame);
    return this.#speaking ? this.#seekEnd(voiced) : this.#seekStart(voiced, startMs);
  }

  close(): void {
    if (this.#detector === 0) return;
    this.#module.fvad._fvad_free(this.#detector);
    this.#detector = 0;
  }

  #hasVoice(frame: Uint8Array): boolean {
    if (this.#detector === 0) throw new Error('the voice activity detector is closed');
    const { fvad, frame: pointer } = this.#module;
    decodeMulawInto(frame, this.#samples);
    fvad.HEAP16.set(this.#samples, pointer >> 1);
    const verdict = fvad._fvad_process(this.#detector, pointer, FRAME_BYTES);
    if (verdict < 0) throw new Error('the voice activity detector refused a frame');
    const dbfs = levelDbfs(frame);
    if (verdict === 0) this.#learnNoise(dbfs);
    // The level takes away the detector's hangover: it says "voice" for a while after the end.
    return (
      verdict === 1 &&
      dbfs >= this.#options.minLevelDbfs &&
      dbfs >= this.#noiseDbfs + this.#options.aboveNoiseDb
    );
  }

  #learnNoise(dbfs: number): void {
    const heard = Math.min(NOISE_MAX_DBFS, Math.max(NOISE_MIN_DBFS, dbfs));
    const share = heard < this.#noiseDbfs ? NOISE_FALL : NOISE_RISE;
    this.#noiseDbfs += share * (heard - this.#noiseDbfs);
  }

  #seekStart(voiced: boolean, startMs: number): VoiceActivityEvent | undefined {
    if (!voiced || startMs < this.#options.warmUpMs) return undefined;
    const windowStartMs = this.#positionMs - this.#options.startWindowFrames * FRAME_MS;
    this.#recentVoicedMs = this.#recentVoicedMs.filter((atMs) => atMs >= windowStartMs);
    this.#recentVoicedMs.push(startMs);
    if (this.#recentVoicedMs.length < this.#options.startVoicedFrames) return undefined;
    const atMs = this.#recentVoicedMs[0] ?? startMs;
    this.#recentVoicedMs = [];
    this.#speaking = true;
    this.#lastVoiceEndMs = this.#positionMs;
    return { type: 'speech-started', atMs };
  }

  #seekEnd(voiced: boolean): VoiceActivityEvent | undefined {
    if (voiced) {
      this.#lastVoiceEndMs = this.#positionMs;
      return undefined;
    }
    if (this.#positionMs - this.#lastVoiceEndMs < this.#options.endSilenceMs) return undefined;
    this.#speaking = false;
    return { type: 'speech-ended', atMs: this.#lastVoiceEndMs };
  }
}

function check(options: VoiceActivityOptions): void {
  const { mode, startVoicedFrames, startWindowFrames, endSilenceMs } = options;
  if (![0, 1, 2, 3].includes(mode)) throw new RangeError('mode is 0, 1, 2 or 3');
  if (!(startVoicedFrames >= 1) || startVoicedFrames > startWindowFrames) {
    throw new RangeError('startVoicedFrames is between 1 and startWindowFrames');
  }
  if (!(endSilenceMs > 0)) throw new RangeError('endSilenceMs is positive');
}
