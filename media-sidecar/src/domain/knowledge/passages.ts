/** A passage is as much as an agent wants to read at once: a paragraph or two. */
const MAX_LENGTH = 1200;
/** What is shorter is joined with what follows. */
const MIN_LENGTH = 300;

/**
 * Splits a text into passages: at blank lines, where those are too long at sentences, and where those
 * are too long between words. Short paragraphs, such as headings, stay with what follows them.
 */
export function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let passage = '';
  for (const part of text.replaceAll('\r\n', '\n').split(/\n\s*\n/)) {
    for (const piece of piecesOf(part.trim())) {
      const joined = passage === '' ? piece : `${passage}\n\n${piece}`;
      if (passage !== '' && (passage.length >= MIN_LENGTH || joined.length > MAX_LENGTH)) {
        passages.push(passage);
        passage = piece;
      } else {
        passage = joined;
      }
    }
  }
  if (passage !== '') passages.push(passage);
  return passages;
}

function piecesOf(paragraph: string): string[] {
  if (paragraph === '') return [];
  if (paragraph.length <= MAX_LENGTH) return [paragraph];
  // A sentence ends with its mark and a space, or with its line.
  return packed(paragraph.split(/(?<=[.!?…:;]["»”')\]]*\s)|(?<=\n)/).flatMap(wordsOf));
}

/** A sentence that is too long by itself, cut between words; a word that is too long, anywhere. */
function wordsOf(sentence: string): string[] {
  if (sentence.length <= MAX_LENGTH) return [sentence];
  return packed(
    sentence
      .split(/(?<=\s)/)
      .flatMap((word) => word.match(new RegExp(`[^]{1,${String(MAX_LENGTH)}}`, 'g')) ?? []),
  );
}

/** Joins parts to pieces that are as long as they may be. */
function packed(parts: readonly string[]): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of parts) {
    if (piece !== '' && piece.length + part.length > MAX_LENGTH) {
      pieces.push(piece.trim());
      piece = '';
    }
    piece += part;
  }
  pieces.push(piece.trim());
  return pieces.filter((each) => each !== '');
}
