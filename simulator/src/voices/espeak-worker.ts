import { parentPort } from 'node:worker_threads';
import { resample, toInt16 } from '../audio/resample.ts';
import { ESPEAK_SAMPLE_RATE_HZ, EspeakEngine } from './espeak-binding.ts';
import { wordTimings } from './word-timings.ts';
import type { Utterance } from './contract.ts';

export interface SpeakJob {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
  readonly rate: number;
  /** Semitones. */
  readonly pitch: number;
}

export type WorkerMessage =
  | { readonly type: 'ready'; readonly languages: string[]; readonly variants: string[] }
  | {
      readonly type: 'spoken';
      readonly id: number;
      readonly pcm8k: Int16Array;
      readonly words: Utterance['words'];
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

const TELEPHONE_RATE_HZ = 8_000;
/** Level of the parts that sound, as a share of full scale: -20 dBFS. */
const TARGET_RMS = 32_768 * 10 ** (-20 / 20);
const PEAK_LIMIT = 30_000;
/** Below this, a sample counts as pause and not as speech when the level is measured. */
const SPEECH_FLOOR = 300;

function levelled(samples: Float64Array): Int16Array {
  let energy = 0;
  let count = 0;
  let peak = 0;
  for (const sample of samples) {
    const magnitude = Math.abs(sample);
    if (magnitude > peak) peak = magnitude;
    if (magnitude < SPEECH_FLOOR) continue;
    energy += sample * sample;
    count++;
  }
  if (count === 0) return toInt16(samples);
  const gain = Math.min(TARGET_RMS / Math.sqrt(energy / count), PEAK_LIMIT / peak);
  return toInt16(samples.map((sample) => sample * gain));
}

const port = parentPort;
if (!port) throw new Error('runs as a worker thread');
const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const engine = await EspeakEngine.start();

port.on('message', (job: SpeakJob) => {
  try {
    const speech = engine.speak(job.text, job.voice, job.rate, job.pitch);
    const pcm8k = levelled(resample(speech.samples, ESPEAK_SAMPLE_RATE_HZ, TELEPHONE_RATE_HZ));
    const words = wordTimings(job.text, speech, pcm8k);
    post({ type: 'spoken', id: job.id, pcm8k, words }, [pcm8k.buffer as ArrayBuffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post({ type: 'failed', id: job.id, message });
  }
});
post({ type: 'ready', languages: [...engine.languages], variants: [...engine.variants] });
