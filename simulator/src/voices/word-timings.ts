import type { Utterance } from './contract.ts';
import type { EspeakSpeech } from './espeak-binding.ts';

const AUDIBLE = 60;
const SAMPLES_PER_MS = 8;

/** First and one past the last audible sample of a stretch, or undefined where it is silent. */
function audiblePart(pcm: Int16Array, from: number, to: number): [number, number] | undefined {
  let first = from;
  while (first < to && Math.abs(pcm[first]!) < AUDIBLE) first++;
  if (first >= to) return undefined;
  let end = to;
  while (Math.abs(pcm[end - 1]!) < AUDIBLE) end--;
  return [first, end];
}

/**
 * Words as they are written (split at white space), with the time that espeak-ng's events give them.
 * A number such as "10:30" has several events; what is not spoken (a dash) stays with the word
 * before it. Pauses belong to no word.
 */
export function wordTimings(
  text: string,
  speech: Pick<EspeakSpeech, 'marks'>,
  pcm8k: Int16Array,
): Utterance['words'] {
  const marks = [...speech.marks].sort((a, b) => a.atMs - b.atMs);
  const durationMs = pcm8k.length / SAMPLES_PER_MS;
  // espeak-ng counts characters, JavaScript counts UTF-16 units.
  const characterOf = (index: number): number => [...text.slice(0, index)].length;
  const spoken: { word: string; fromMs: number }[] = [];
  for (const match of text.matchAll(/\S+/gu)) {
    const start = characterOf(match.index);
    const end = start + [...match[0]].length;
    const mark = marks.find((each) => each.characterIndex >= start && each.characterIndex < end);
    const before = spoken.at(-1);
    if (mark) spoken.push({ word: match[0], fromMs: mark.atMs });
    else if (before) before.word += ` ${match[0]}`;
    else spoken.push({ word: match[0], fromMs: 0 });
  }
  const words: { word: string; startMs: number; endMs: number }[] = [];
  for (const [index, { word, fromMs }] of spoken.entries()) {
    const next = spoken[index + 1]?.fromMs ?? durationMs;
    const part = audiblePart(
      pcm8k,
      Math.min(pcm8k.length, Math.round(fromMs * SAMPLES_PER_MS)),
      Math.min(pcm8k.length, Math.round(next * SAMPLES_PER_MS)),
    );
    const before = words.at(-1);
    if (part) {
      words.push({ word, startMs: part[0] / SAMPLES_PER_MS, endMs: part[1] / SAMPLES_PER_MS });
    } else if (before) {
      before.word += ` ${word}`;
    } else {
      words.push({ word, startMs: fromMs, endMs: next });
    }
  }
  return words;
}
