// @ts-check
/** @import { AgentTurn, CallerTurn, Turn } from '../conversation.ts' */

/** Below: good; below the second: noticed by a caller; above: a caller says "hello?". Ms. */
const RESPONSE_LIMITS_MS = /** @type {const} */ ([1000, 1800]);
const SILENCE_LIMITS_MS = /** @type {const} */ ([400, 800]);

/** The list of turns, in the order in which they were heard. */
export class TurnList {
  #list;
  #announce;
  /** @type {Map<number, { item: HTMLLIElement, turn: Turn }>} */
  #shown = new Map();

  /**
   * @param {HTMLOListElement} list
   * @param {(words: string) => void} announce  for those who do not see the list
   */
  constructor(list, announce) {
    this.#list = list;
    this.#announce = announce;
  }

  clear() {
    this.#shown.clear();
    this.#list.replaceChildren();
  }

  get size() {
    return this.#shown.size;
  }

  /** Medians of what was measured so far. Ms. */
  get medians() {
    const turns = [...this.#shown.values()].map(({ turn }) => turn);
    return {
      responseMs: median(
        turns.map((turn) => (turn.kind === 'agent' ? turn.respondedAfterMs : undefined)),
      ),
      silenceMs: median(
        turns.map((turn) => (turn.kind === 'caller' ? turn.silencedAgentAfterMs : undefined)),
      ),
    };
  }

  /** @param {Turn} turn */
  show(turn) {
    const known = this.#shown.get(turn.id);
    const item = known?.item ?? document.createElement('li');
    const followed = this.#isAtEnd();
    this.#draw(item, turn);
    this.#shown.set(turn.id, { item, turn });
    if (!known || known.turn.startMs !== turn.startMs) this.#place(item, turn);
    if (followed) this.#list.scrollTop = this.#list.scrollHeight;
    const wasOpen = !known || isOpen(known.turn);
    if (wasOpen && !isOpen(turn) && turn.text) this.#announce(inWords(turn));
  }

  #isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  /**
   * @param {HTMLLIElement} item
   * @param {Turn} turn
   */
  #place(item, turn) {
    const later = [...this.#shown.values()]
      .filter((other) => other.item !== item && other.turn.startMs > turn.startMs)
      .sort((a, b) => a.turn.startMs - b.turn.startMs)[0];
    this.#list.insertBefore(item, later?.item ?? null);
  }

  /**
   * @param {HTMLLIElement} item
   * @param {Turn} turn
   */
  #draw(item, turn) {
    item.className = `turn ${turn.kind}`;
    item.dataset.turn = String(turn.id);
    item.dataset.state = turn.kind === 'digits' ? 'said' : turn.state;
    const head = element('p', 'turn-head', [
      element('b', '', [turn.kind === 'agent' ? 'Agent' : 'You']),
      element('span', '', [clock(turn.startMs)]),
      ...(turn.kind === 'digits' ? [] : [stateOf(turn)]),
    ]);
    item.replaceChildren(head, bodyOf(turn), ...notesOf(turn));
  }
}

/** @param {Turn} turn */
function isOpen(turn) {
  return turn.kind !== 'digits' && (turn.state === 'speaking' || turn.state === 'queued');
}

/** @param {Turn} turn */
function bodyOf(turn) {
  if (turn.kind === 'digits') {
    return element('p', 'turn-text', ['Pressed ', element('kbd', '', [turn.text])]);
  }
  const body = element('p', 'turn-text', [
    turn.text || (turn.state === 'speaking' ? '…' : '(not understood)'),
  ]);
  if (turn.text) body.lang = 'es';
  if (turn.state === 'cut') body.append(element('span', 'cut-mark', ['—']));
  return body;
}

/** @param {AgentTurn | CallerTurn} turn */
function stateOf(turn) {
  const names = { queued: 'waiting', speaking: 'speaking', said: '', cut: 'cut off' };
  return element('span', `turn-state ${turn.state}`, [names[turn.state]]);
}

/** @param {Turn} turn */
function notesOf(turn) {
  if (turn.kind === 'agent' && turn.respondedAfterMs !== undefined) {
    return [
      note(
        `answered after ${milliseconds(turn.respondedAfterMs)}`,
        turn.respondedAfterMs,
        RESPONSE_LIMITS_MS,
      ),
    ];
  }
  if (turn.kind === 'caller' && turn.silencedAgentAfterMs !== undefined) {
    return [
      note(
        `agent silent after ${milliseconds(turn.silencedAgentAfterMs)}`,
        turn.silencedAgentAfterMs,
        SILENCE_LIMITS_MS,
      ),
    ];
  }
  return [];
}

/**
 * @param {string} words
 * @param {number} valueMs
 * @param {readonly [number, number]} limitsMs
 */
function note(words, valueMs, [goodMs, fairMs]) {
  const grade = valueMs < goodMs ? 'good' : valueMs < fairMs ? 'fair' : 'slow';
  return element('p', `delay ${grade}`, [words]);
}

/** @param {Turn} turn */
function inWords(turn) {
  if (turn.kind === 'digits') return `You pressed ${turn.text}`;
  const who = turn.kind === 'agent' ? 'Agent' : 'You';
  return `${who}: ${turn.text}${turn.state === 'cut' ? ' (cut off)' : ''}`;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 */
function element(tag, className, children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {number} ms */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** @param {number} ms */
export function milliseconds(ms) {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {(number | undefined)[]} values */
function median(values) {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known[Math.floor((known.length - 1) / 2)];
}
