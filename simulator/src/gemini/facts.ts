import { Meaning, plain } from './words.ts';

/** Sentences that tell the model what to do, not the caller what is so. */
const INSTRUCTION =
  /^(eres|actua|responde|contesta|habla|saluda|se |sea |no |nunca|jamas|siempre|debes|deberas|usa|utiliza|llama a|despide|pregunta|evita|recuerda|mantente|manten|cuando|si el|si la|si te|si no|si piden|tu |tus |instrucc|you |your |always|never|do not|don t|use |answer|speak|be |if |when |keep |respond)/;
const MOST_FACTS = 60;

/** `servicioTecnico`, `servicio_tecnico` -> `servicio técnico` as far as letters allow. */
export const humanName = (name: string): string =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim();

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A JSON value in words: "lunes a viernes de 9 a 18, sábado cerrado". */
export function inWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? 'sí' : 'no';
  if (typeof value !== 'object') return String(value);
  const parts = Array.isArray(value)
    ? value.map(inWords)
    : Object.entries(value).map(([key, each]) => {
        const words = inWords(each);
        return words === '' ? '' : `${humanName(key)}: ${words}`;
      });
  return parts.filter((part) => part !== '').join(', ');
}

function jsonObjects(text: string): { rest: string; objects: unknown[] } {
  const objects: unknown[] = [];
  let rest = '';
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('{', at);
    if (start === -1) return { rest: rest + text.slice(at), objects };
    rest += text.slice(at, start);
    const end = closingBrace(text, start);
    try {
      objects.push(JSON.parse(text.slice(start, end)));
      at = end;
    } catch {
      rest += '{';
      at = start + 1;
    }
  }
  return { rest, objects };
}

function closingBrace(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (character === '\\' && quoted) i++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth++;
    else if (!quoted && character === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** A heading behind which an instruction tells of the business, not of how to behave. */
const BUSINESS_HEADING =
  /^[#\s]*(?:instrucciones de|informaci[oó]n|sobre|acerca de|instructions of|about|facts)\b.*:\s*$/iu;
const HEADING = /^[#\s]*[\p{Lu}][^.!?]*:\s*$/u;

/** The sections about the business, where the instruction has such headings; else all of it. */
function aboutTheBusiness(instruction: string): string {
  const kept: string[] = [];
  let keeping = false;
  for (const line of instruction.split('\n')) {
    if (BUSINESS_HEADING.test(line)) keeping = true;
    else if (HEADING.test(line)) keeping = false;
    else if (keeping) kept.push(line);
  }
  return kept.some((line) => line.trim() !== '') ? kept.join('\n') : instruction;
}

/** What a system instruction says about the business: sentences to tell a caller. */
export function factsOf(instruction: string): string[] {
  const { rest, objects } = jsonObjects(aboutTheBusiness(instruction));
  const fromObjects = objects.flatMap((object) =>
    typeof object === 'object' && object !== null
      ? Object.entries(object).map(([key, value]) => {
          const words = inWords(value);
          return words === '' ? '' : `${capitalized(humanName(key))}: ${words}.`;
        })
      : [],
  );
  const fromText = rest
    .split(/\n+|(?<=[.!?…])\s+(?=[\p{Lu}¿¡])/u)
    .map((line) => line.replace(/^[\s#>*•-]+|[*`]+/g, '').trim())
    .filter((line) => line.length > 8 && !line.endsWith(':') && !INSTRUCTION.test(plain(line)))
    .map((line) => (/[.!?…]$/.test(line) ? line : `${line}.`));
  return [...new Set([...fromText, ...fromObjects])]
    .filter((fact) => fact !== '')
    .slice(0, MOST_FACTS);
}

/** Facts about what was asked, the most fitting first. */
export function relevantFacts(facts: readonly string[], question: string): string[] {
  const meaning = new Meaning(question);
  return facts
    .map((fact) => ({ fact, score: meaning.overlap(new Meaning(fact)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ fact }) => fact);
}
