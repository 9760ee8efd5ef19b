/**
 * How far a found place is from the true one: a hop and a half, as neighbouring frames are alike.
 * Less, and a voice would be taken for itself one period of its pitch later.
 */
const SEARCH_SAMPLES = 104;
/** A word counts as heard when it is as like the known one as this, … */
const WORD_LIKENESS = 0.7;
/** … and each half of it as like as this: half a word is none. */
const HALF_LIKENESS = 0.6;

/** Normalized cross-correlation, 1 for the same shape at any volume; silence is like nothing. */
export function likeness(
  known: Int16Array,
  knownAt: number,
  heard: Int16Array,
  heardAt: number,
  length: number,
): number {
  let both = 0;
  let one = 0;
  let other = 0;
  for (let i = 0; i < length; i++) {
    const x = known[knownAt + i] ?? 0;
    const y = heard[heardAt + i] ?? 0;
    both += x * y;
    one += x * x;
    other += y * y;
  }
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one * other);
}

/** Where a stretch of the known sound is in the heard one, next to where it is supposed. */
export function refinedPlace(
  known: Int16Array,
  knownAt: number,
  heard: Int16Array,
  supposed: number,
  length: number,
): number {
  let best = supposed;
  let highest = -1;
  for (let place = supposed - SEARCH_SAMPLES; place <= supposed + SEARCH_SAMPLES; place++) {
    const like = likeness(known, knownAt, heard, place, length);
    if (like > highest) {
      highest = like;
      best = place;
    }
  }
  return best;
}

/** 0 unless the whole word is there. */
export function wordLikeness(
  known: Int16Array,
  knownAt: number,
  heard: Int16Array,
  heardAt: number,
  length: number,
): number {
  const whole = likeness(known, knownAt, heard, heardAt, length);
  if (whole < WORD_LIKENESS) return 0;
  const half = length >> 1;
  const first = likeness(known, knownAt, heard, heardAt, half);
  const second = likeness(known, knownAt + half, heard, heardAt + half, length - half);
  return first < HALF_LIKENESS || second < HALF_LIKENESS ? 0 : whole;
}
