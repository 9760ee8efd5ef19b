import type { Utterance } from '../../voices/contract.ts';

export const SAMPLES_PER_MS = 8;

/** Repeatable numbers between 0 and 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Speech without a synthesizer: each word is a different buzz of 300 ms, the same for the same word
 * in any utterance, with 50 ms of silence between words and 300 ms at a full stop.
 */
export function madeUpSpeech(text: string): Utterance {
  const samples: number[] = [];
  const words = text.split(' ').map((word) => {
    const random = seededRandom([...word].reduce((sum, c) => sum * 31 + c.codePointAt(0)!, 7));
    const pitchHz = 90 + random() * 160;
    const startMs = samples.length / SAMPLES_PER_MS;
    for (let i = 0; i < 300 * SAMPLES_PER_MS; i++) {
      const buzz = Math.sin((2 * Math.PI * pitchHz * i) / 8_000 + Math.sin(i / 700));
      samples.push(Math.round(3_000 * buzz + 2_000 * (random() - 0.5)));
    }
    const endMs = samples.length / SAMPLES_PER_MS;
    const pauseMs = word.endsWith('.') ? 300 : 50;
    for (let i = 0; i < pauseMs * SAMPLES_PER_MS; i++) samples.push(0);
    return { word, startMs, endMs };
  });
  const pcm8k = Int16Array.from(samples);
  return { text, voice: 'made-up', pcm8k, words, durationMs: pcm8k.length / SAMPLES_PER_MS };
}
