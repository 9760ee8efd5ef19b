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

const TIME = /^\+?\d+(?:\.\d+)?(?:ms|s)$/;
const LONGEST_BREAK_MS = 10_000;
const STRENGTHS = ['x-weak', 'weak', 'medium', 'strong', 'x-strong', 'none'];
const LEVELS = ['none', 'reduced', 'moderate', 'strong'];
const RATE = /^(?:x-slow|slow|medium|fast|x-fast|default|\d+(?:\.\d+)?%?)$/;
const PITCH = /^(?:x-low|low|medium|high|x-high|default|[+-]?\d+(?:\.\d+)?(?:%|st|Hz))$/;
const VOLUME = /^(?:silent|x-soft|soft|medium|loud|x-loud|default|[+-]?\d+(?:\.\d+)?dB)$/;

const milliseconds = (time: string): number =>
  Number.parseFloat(time) * (time.endsWith('ms') ? 1 : 1_000);

/** What is wrong with the attributes of an element (cloud.google.com/text-to-speech/docs/ssml). */
function attributeMistake(
  element: string,
  attributes: Readonly<Record<string, string>>,
): string | undefined {
  const bad = (name: string, allowed: RegExp | readonly string[]): string | undefined => {
    const value = attributes[name];
    if (value === undefined) return undefined;
    const fits = allowed instanceof RegExp ? allowed.test(value) : allowed.includes(value);
    return fits ? undefined : `<${element} ${name}="${value}"> is not valid.`;
  };
  const missing = (name: string): string | undefined =>
    attributes[name] ? undefined : `<${element}> needs the attribute "${name}".`;
  switch (element) {
    case 'break':
      if (milliseconds(attributes['time'] ?? '0s') > LONGEST_BREAK_MS) {
        return '<break> is longer than 10s.';
      }
      return bad('time', TIME) ?? bad('strength', STRENGTHS);
    case 'say-as':
      return missing('interpret-as');
    case 'sub':
      return missing('alias');
    case 'audio':
      return missing('src');
    case 'mark':
      return missing('name');
    case 'phoneme':
      return missing('ph') ?? bad('alphabet', ['ipa', 'x-sampa', 'yomigana', 'pinyin']);
    case 'emphasis':
      return bad('level', LEVELS);
    case 'prosody':
      return bad('rate', RATE) ?? bad('pitch', PITCH) ?? bad('volume', VOLUME);
    default:
      return undefined;
  }
}

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
    const wrong = attributeMistake(tag.name, tag.attributes as Readonly<Record<string, string>>);
    if (wrong !== undefined) throw invalid(wrong);
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
