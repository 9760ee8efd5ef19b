import { SaxesParser } from 'saxes';
import { GoogleError } from './google-error.ts';

/** Elements that Google speaks (cloud.google.com/text-to-speech/docs/ssml). */
const KNOWN = new Set([
  'speak',
  'break',
  'say-as',
  'audio',
  'p',
  's',
  'sub',
  'mark',
  'prosody',
  'emphasis',
  'par',
  'seq',
  'media',
  'phoneme',
  'voice',
  'lang',
  'desc',
]);

/**
 * The words of an SSML document.
 * @throws GoogleError INVALID_ARGUMENT unless it is well-formed with `<speak>` around everything
 */
export function spokenTextOf(ssml: string): string {
  const parser = new SaxesParser();
  const pieces: string[] = [];
  const open: string[] = [];
  let roots = 0;
  let silencedBy = 0;
  const invalid = (why: string): GoogleError => GoogleError.invalid(`Invalid SSML. ${why}`);
  parser.on('error', (error) => {
    throw invalid(error.message);
  });
  parser.on('opentag', (tag) => {
    if (open.length === 0 && tag.name !== 'speak')
      throw invalid('The root element is not <speak>.');
    if (!KNOWN.has(tag.name)) throw invalid(`Unknown element <${tag.name}>.`);
    if (open.length === 0) roots++;
    open.push(tag.name);
    if (tag.name === 'sub') {
      pieces.push(String(tag.attributes['alias'] ?? ''));
      silencedBy++;
    }
    if (tag.name === 'desc') silencedBy++;
    if (['break', 'p', 's'].includes(tag.name)) pieces.push(' ');
  });
  parser.on('closetag', (tag) => {
    open.pop();
    if (tag.name === 'sub' || tag.name === 'desc') silencedBy--;
    if (['p', 's'].includes(tag.name)) pieces.push(' ');
  });
  parser.on('text', (text) => {
    if (silencedBy === 0) pieces.push(text);
  });
  parser.write(ssml).close();
  if (roots !== 1) throw invalid('There is no <speak>.');
  return pieces.join('').replace(/\s+/g, ' ').trim();
}
