/**
 * What Python's `re.compile` says to a pattern (https://docs.python.org/3/library/re.html). JavaScript
 * judges what the two have in common; what they do not is looked at here.
 */

/** Letters that Python's `re` takes behind a backslash; any other is a "bad escape". */
const ESCAPE = /\\(?:[ABDSWZabdfnrstvw]|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[^A-Za-z])/g;
/** A bracket right behind the opening one stands for itself. */
const CLASS = /\[(?:\^|(?!\^))(?:\\[^]|[^\\])(?:\\[^]|[^\]\\])*\]/y;
const ATOM = /\\(?:[0-3][0-7]{2}|0[0-7]?|[1-9]\d?|x..|u....|[^])|[^]/y;
const REPEAT = /(?:[*+?]|\{(?=[\d,])(\d*)(?:(,)(\d*))?\})\??/y;
const GROUP = /\((?:\?(?:P<\w+>|<?[=!]|[aiLmsux-]*:))?/y;

interface Group {
  /** Of a group that can be referred to. */
  readonly number: number | undefined;
  readonly kind: 'group' | 'look-ahead' | 'look-behind';
  /** In characters, of the alternatives before this one; undefined: it varies. */
  readonly widths: (number | undefined)[];
  /** Of this alternative so far. */
  width: number | undefined;
  /** Of its last item, which a repetition multiplies; an anchor has "nothing to repeat". */
  last: number | 'anchor' | undefined;
}

export function isPythonRegex(pattern: string): boolean {
  const plain = pattern.replaceAll(ESCAPE, '.');
  const foreign = plain.includes('\\') || /\(\?<(?![=!])/.test(plain);
  // What Python has and JavaScript writes otherwise, or not at all.
  const body = pattern.replace(/^\(\?[aiLmsux]+\)/, '');
  const own = plain.replace(/^\(\?[aiLmsux]+\)/, '').replaceAll('(?P<', '(?<');
  return !foreign && compiles(own) && isTakenBy(body);
}

function compiles(expression: string): boolean {
  try {
    new RegExp(expression);
    return true;
  } catch {
    // The constructor has no other way of saying that it is none.
    return false;
  }
}

/** Ranges, references to groups and the widths of look-behinds. */
function isTakenBy(body: string): boolean {
  let at = 0;
  const next = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const found = token.exec(body);
    at += found?.[0].length ?? 0;
    return found;
  };
  const whole = newGroup(undefined, 'group');
  const stack = [whole];
  /** Undefined while it is open. */
  const groups: (Group | undefined)[] = [];
  while (at < body.length) {
    const group = stack.at(-1) ?? whole;
    const opening = next(GROUP)?.[0];
    if (opening !== undefined) {
      const captures = opening === '(' || opening.startsWith('(?P');
      stack.push(newGroup(captures ? groups.push(undefined) : undefined, kindOf(opening)));
      continue;
    }
    const repeat = next(REPEAT);
    if (repeat !== null) {
      if (group.last === 'anchor') return false;
      repeatLast(group, group.last, repeat);
      continue;
    }
    const members = next(CLASS)?.[0];
    if (members !== undefined) {
      if (!isClass(members)) return false;
      addItem(group, 1);
      continue;
    }
    const atom = next(ATOM)?.[0] ?? '';
    if (atom === '[') return false;
    if (atom === '|') {
      group.widths.push(group.width);
      group.width = 0;
    } else if (atom === ')') {
      stack.pop();
      const width = widthOf(group);
      if (group.kind === 'look-behind' && width === undefined) return false;
      if (group.number !== undefined) groups[group.number - 1] = group;
      addItem(stack.at(-1) ?? whole, group.kind === 'group' ? width : 0);
    } else if (/^\\[1-9]\d?$/.test(atom)) {
      const referred = groups[Number(atom.slice(1)) - 1];
      if (referred === undefined) return false;
      addItem(group, widthOf(referred));
    } else if (/^(?:[$^]|\\[ABZb])$/.test(atom)) {
      group.last = 'anchor';
    } else {
      addItem(group, 1);
    }
  }
  return true;
}

const newGroup = (number: number | undefined, kind: Group['kind']): Group => ({
  number,
  kind,
  widths: [],
  width: 0,
  last: 0,
});

function kindOf(opening: string): Group['kind'] {
  if (/^\(\?<[=!]/.test(opening)) return 'look-behind';
  return /^\(\?[=!]/.test(opening) ? 'look-ahead' : 'group';
}

const plus = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined || right === undefined ? undefined : left + right;

function addItem(group: Group, width: number | undefined): void {
  group.width = plus(group.width, width);
  group.last = width;
}

/** The last item counts once already. */
function repeatLast(
  group: Group,
  last: number | undefined,
  [token, least, comma, most]: RegExpExecArray,
): void {
  const isFixed =
    token.startsWith('{') && (comma === undefined || (least !== '' && least === most));
  const times = isFixed ? Number(least) - 1 : undefined;
  const more = times === undefined || last === undefined ? undefined : times * last;
  group.width = plus(group.width, more);
}

function widthOf({ widths, width }: Group): number | undefined {
  return widths.every((each) => each === width) ? width : undefined;
}

/** A range is between two characters: "bad character range \w-." */
function isClass(members: string): boolean {
  const items = members
    .replace(/^\[\^?/, '')
    .slice(0, -1)
    .match(/\\(?:x..|u....|[0-7]{1,3}|[^])|[^]/g);
  let at = 0;
  for (const list = items ?? []; at < list.length; at += 1) {
    const [item = '', dash, end] = list.slice(at, at + 3);
    if (/^\\[ABZ89]$/.test(item)) return false;
    if (dash !== '-' || end === undefined) continue;
    if ([item, end].some((each) => /^\\[DSWdswABZ89]$/.test(each))) return false;
    at += 2;
  }
  return true;
}
