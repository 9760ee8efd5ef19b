/**
 * What is said in a call is given to a voice in no longer sentences: one has to be made before the first of it
 * is heard, and Google refuses long ones, Neural2 at some 300 characters already ("sentences that are too long").
 * @see https://github.com/googleapis/google-cloud-node/issues/4074
 */
const MAX_LENGTH = 240;
/** A comma nearer to the beginning is no place to pause. */
const MIN_LENGTH = 16;

/** Where a text that is too long for a voice is cut: behind a comma, or else before a space. */
export function placeToCut(text: string): number | undefined {
  if (text.length <= MAX_LENGTH) return undefined;
  const comma = text.lastIndexOf(', ', MAX_LENGTH - 1);
  const space = text.lastIndexOf(' ', MAX_LENGTH);
  return comma > MIN_LENGTH ? comma + 1 : space > 0 ? space : MAX_LENGTH;
}

/** A sentence in pieces that any voice takes. */
export function cutLong(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = sentence.trim();
  for (let at = placeToCut(rest); at !== undefined; at = placeToCut(rest)) {
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...pieces, rest];
}
