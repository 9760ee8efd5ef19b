import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import { heardText } from '../heard-text.ts';
import { ReplyDelays } from '../reply-delays.ts';

/** Speech of about this pace is assumed while an item's audio is incomplete, in ms a character. */
const MS_PER_CHARACTER = 60;

/** One piece of speech on its way to the caller. */
export interface SpokenItem {
  readonly itemId: string;
  text: string;
  audioBytes: number;
  /** No more audio of it comes. */
  done: boolean;
  /** Its audio was lost before its end. */
  broken: boolean;
  /** Heard to its end. */
  played: boolean;
  /** Heard when it was stopped, in ms. */
  stoppedAtMs: number | undefined;
}

/** What the agent says at a stretch: a response of the model, or a phrase of another voice. */
export class AgentTurn {
  readonly id: string;
  /** The session whose items these are; undefined for another voice. */
  readonly session: number | undefined;
  readonly delays = new ReplyDelays();
  readonly items: SpokenItem[] = [];
  /** Only bridges a silence (a filler, a bridge): nothing that the model has to know of. */
  readonly isAside: boolean;
  /** No more items come. */
  complete = false;

  constructor(id: string, session: number | undefined, isAside = false) {
    this.id = id;
    this.session = session;
    this.isAside = isAside;
  }

  /** The model is not told of it, or has it in its conversation already. */
  get isKnown(): boolean {
    return this.isAside || this.session !== undefined;
  }

  get hasAudio(): boolean {
    return this.items.some(({ audioBytes }) => audioBytes > 0);
  }

  /** Some of its audio was not heard yet. */
  get sounds(): boolean {
    return this.items.some((item) => item.audioBytes > 0 && !isOver(item));
  }

  get generatedText(): string {
    return wordsOf(this.items.map(({ text }) => text));
  }

  get heardText(): string {
    return wordsOf(this.items.map((item) => heardWords(item)));
  }

  /** Something was lost or never heard. */
  get wasCut(): boolean {
    return this.items.some((item) => item.broken || heardWords(item) !== item.text.trim());
  }

  item(itemId: string): SpokenItem {
    let item = this.items.find((one) => one.itemId === itemId);
    if (!item) {
      item = {
        itemId,
        text: '',
        audioBytes: 0,
        done: false,
        broken: false,
        played: false,
        stoppedAtMs: undefined,
      };
      this.items.push(item);
    }
    return item;
  }
}

export function audioMsOf(item: SpokenItem): number {
  return item.audioBytes / MULAW_BYTES_PER_MS;
}

function isOver(item: SpokenItem): boolean {
  return item.played || item.stoppedAtMs !== undefined;
}

function heardWords(item: SpokenItem): string {
  const text = item.text.trim();
  if (item.played && !item.broken) return text;
  const audioMs = audioMsOf(item);
  const heardMs = item.played ? audioMs : (item.stoppedAtMs ?? 0);
  const whole = item.done && !item.broken;
  const expectedMs = whole ? audioMs : Math.max(audioMs + 100, text.length * MS_PER_CHARACTER);
  return heardText(text, heardMs, expectedMs).text;
}

function wordsOf(texts: readonly string[]): string {
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .join(' ');
}
