import assert from 'node:assert/strict';
import { join, silence, voice } from '../../../audio/testing/signals.ts';
import type { ProviderError } from '../../../kernel/errors.ts';
import { VirtualClock } from '../../../kernel/testing/virtual-clock.ts';
import type { Transcript } from '../../contract.ts';
import type { RecognitionListener, RecognitionResult } from '../recognition.ts';
import {
  defaultRollingStreamOptions,
  RollingStream,
  type RollingStreamOptions,
} from '../rolling-stream.ts';

/** One call of StreamingRecognize, in the hands of a test. */
export class FakeRecognition {
  readonly languageCode: string;
  readonly listener: RecognitionListener;
  readonly requests: Uint8Array[] = [];
  cancelled = false;
  ended = false;

  constructor(languageCode: string, listener: RecognitionListener) {
    this.languageCode = languageCode;
    this.listener = listener;
  }

  write(mulaw: Uint8Array): void {
    this.requests.push(mulaw);
  }

  end(): void {
    this.ended = true;
  }

  cancel(): void {
    this.cancelled = true;
  }

  get audio(): Uint8Array {
    return join(...this.requests);
  }

  result(text: string, endMs: number, changes: Partial<RecognitionResult> = {}): void {
    const confidence = undefined;
    const languageCode = undefined;
    this.listener.onResults([
      { text, endMs, isFinal: false, stability: 0.9, confidence, languageCode, ...changes },
    ]);
  }

  final(text: string, endMs: number): void {
    this.result(text, endMs, { isFinal: true, stability: 0, confidence: 0.8 });
  }

  fail(code: number, message = 'failed'): void {
    this.listener.onError(Object.assign(new Error(message), { code, details: message }));
  }
}

export const loud = voice(20);
export const quiet = silence(20);

export function setUpRollingStream(
  options: Partial<RollingStreamOptions> = {},
  languages: [string, ...string[]] = ['es-CL'],
) {
  const clock = new VirtualClock();
  const recognitions: FakeRecognition[] = [];
  const interims: Transcript[] = [];
  const finals: Transcript[] = [];
  const errors: ProviderError[] = [];
  const stream = new RollingStream(
    (languageCode, listener) => {
      const recognition = new FakeRecognition(languageCode, listener);
      recognitions.push(recognition);
      return recognition;
    },
    languages,
    {
      onInterim: (transcript) => interims.push(transcript),
      onFinal: (transcript) => finals.push(transcript),
      onError: (error) => errors.push(error),
    },
    clock,
    { ...defaultRollingStreamOptions, batchMs: 20, ...options },
  );
  let frames = 0;
  /** Real time passes, and the phone delivers a frame each 20 ms; the frames are numbered. */
  const hear = (ms: number, frame = loud) => {
    for (let atMs = 0; atMs < ms; atMs += 20) {
      clock.advance(20);
      const numbered = Uint8Array.from(frame);
      frames += 1;
      // In bits that nobody hears: both codes are silence.
      for (let bit = 0; bit < 32; bit += 1) numbered[bit] = (frames >> bit) & 1 ? 0x7f : 0xff;
      stream.write(numbered);
    }
  };
  const numbers = (audio: Uint8Array) =>
    Array.from({ length: audio.length / 160 }, (_, frame) =>
      Array.from({ length: 32 }, (__, bit) =>
        audio[frame * 160 + bit] === 0x7f ? 2 ** bit : 0,
      ).reduce((sum, each) => sum + each),
    );
  const current = () => recognitions.at(-1) ?? assert.fail('nothing was opened');
  return { clock, recognitions, interims, finals, errors, stream, hear, numbers, current };
}
