/**
 * Whether a pattern is a regular expression to JavaScript as well as to Python. OpenAI compiles each with
 * Python's `re`, and refuses the function for one that is none: "… is not a 'regex'."
 * (Alishahryar1/free-claude-code issue 1730). https://docs.python.org/3/library/re.html
 */

/** A backslash with what may follow it in either language. */
const KNOWN_ESCAPE = /\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[BDSWbdfnrstvw]|[^A-Za-z])/g;

const TOKEN =
  /\\(?:[1-7][0-7]{2}|[1-9]\d?|[^])|\[\^?(?:\\[^]|[^\\\]])*\]|\(\?(?:<?[=!]|[^<]*?[:)])|\{\d*(?:,\d*)?\}|[^]/g;
/** A class's members: one character, or a range between two. */
const MEMBER = /(\\(?:x..|u....|[0-7]{1,3}|[^])|[^])(?:-(\\(?:x..|u....|[0-7]{1,3}|[^])|[^]))?/g;
const SET_ESCAPE = /^\\[DSWdsw]$/;

/** @returns what is wrong, and where there is a way, what to write */
export function patternProblem(pattern: string): string | undefined {
  const detail = compiles(pattern) ? pythonProblem(pattern) : '';
  if (detail === undefined) return undefined;
  const is = `${JSON.stringify(pattern)} is no regular expression to both JavaScript and Python`;
  return detail === '' ? is : `${is}: ${detail}`;
}

/** Python knows neither `\p{…}` nor `(?<name>…)`, and JavaScript no `(?P<name>…)`. */
function compiles(pattern: string): boolean {
  const rest = pattern.replaceAll(KNOWN_ESCAPE, '');
  if (rest.includes('\\') || /\(\?<(?![=!])/.test(rest)) return false;
  try {
    new RegExp(pattern);
    return true;
  } catch {
    // The constructor has no other way of saying that it is none.
    return false;
  }
}

/** What Python would refuse of a pattern that JavaScript takes. */
function pythonProblem(pattern: string): string | undefined {
  /** The groups around: the number of one that captures, and whether it is a look-behind or inside one. */
  const open: { readonly group: number | undefined; readonly fixed: boolean }[] = [];
  const ended = new Set<number>();
  let groups = 0;
  for (const [token] of pattern.matchAll(TOKEN)) {
    const fixed = open.at(-1)?.fixed === true;
    if (token.length > 1 && token.startsWith('[')) {
      const problem = classProblem(token);
      if (problem !== undefined) return problem;
    } else if (token.startsWith('(')) {
      const group = token === '(' ? (groups += 1) : undefined;
      open.push({ group, fixed: fixed || token.startsWith('(?<') });
    } else if (token === ')') {
      const group = open.pop()?.group;
      if (group !== undefined) ended.add(group);
    } else if (fixed && /^(?:[*+?|]|\{\d*,\d*\}|\\[1-9]\d?)$/.test(token)) {
      return 'a look-behind must have one width: write it without *, +, ?, {n,}, | and references to groups';
    } else if (/^\\[4-7]\d{2}$/.test(token)) {
      return `write ${token} as \\x and two hexadecimal digits, or \\u and four`;
    } else if (/^\\[1-9]\d?$/.test(token) && !ended.has(Number(token.slice(1)))) {
      return `${token} must refer to a group that has ended before it`;
    }
  }
  return undefined;
}

function classProblem(token: string): string | undefined {
  const inner = token.replace(/^\[\^?/, '').slice(0, -1);
  if (inner === '')
    return `write [\\s\\S] for any character, and \\] for a bracket, but not ${token}`;
  for (const [, from, to] of inner.matchAll(MEMBER)) {
    if (to !== undefined && [from, to].some((end) => SET_ESCAPE.test(end ?? ''))) {
      return `put - last in the class, or write \\-, as ${from ?? ''}-${to} is no range`;
    }
    const wrong = [from, to].find((end) => /^\\[B89]$/.test(end ?? ''));
    if (wrong !== undefined) return `write ${wrong} in a class without its backslash`;
  }
  return undefined;
}
