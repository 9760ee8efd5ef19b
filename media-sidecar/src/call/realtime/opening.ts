import type { Opening as OpeningWords } from '../../agents/contract.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { normalizedWords } from '../../turn/words.ts';
import type { AgentTurn } from './agent-turn.ts';
import { audioMsOf } from './agent-turn.ts';

/** Audio that may be missing when the words before it are taken as heard, in ms. */
const AFTER_REQUIRED_MS = 300;

export interface OpeningHost {
  /** Has the model say this, and nothing else. Returns the tag of its response. */
  askModel(text: string): string;
  /** Gives up what the model was asked to say. */
  dropModel(tag: string): void;
  /** Has another voice say this. Returns the id of its turn. */
  sayByVoice(sentences: readonly string[]): string;
  heardMs(itemId: string): number;
  /** What must be heard was heard: from here on the caller may interrupt. */
  onHeard(): void;
  /** Neither the model nor the other voice can say it. */
  onFailed(): void;
}

/**
 * The first words of a call. The model speaks them; whatever of the required ones it leaves out, or
 * does not bring out in time, another voice says: that an AI speaks is heard in every call.
 */
export class Opening {
  readonly #words: OpeningWords;
  readonly #clock: Clock;
  readonly #host: OpeningHost;
  readonly #audibleWithinMs: number;
  #tag: string | undefined;
  /** The model's turn, once it sounds. */
  #turn: AgentTurn | undefined;
  /** The turn of the other voice, whose end is waited for. */
  #voiceTurnId: string | undefined;
  #timer: Timer | undefined;
  #triedAgain = false;
  #over = false;

  constructor(words: OpeningWords, clock: Clock, host: OpeningHost, audibleWithinMs: number) {
    this.#words = words;
    this.#clock = clock;
    this.#host = host;
    this.#audibleWithinMs = audibleWithinMs;
  }

  /** The caller cannot interrupt yet. */
  get protects(): boolean {
    return !this.#over;
  }

  /** The model says it, so that it has its place in the model's conversation. */
  get isPlaced(): boolean {
    return this.#turn !== undefined && this.#voiceTurnId === undefined;
  }

  start(): void {
    this.#tag = this.#host.askModel(this.#all.join(' '));
    this.#timer = this.#clock.schedule(this.#audibleWithinMs, () => this.#byVoice(this.#all));
  }

  /** The model begins to speak it. */
  sounds(tag: string | undefined, turn: AgentTurn): void {
    if (tag === undefined || tag !== this.#tag || this.#turn) return;
    this.#timer?.cancel();
    this.#turn = turn;
  }

  /** The model said all that it says of it. @param whole it did not fail in the middle */
  responseEnded(tag: string | undefined, whole: boolean): void {
    if (tag === undefined || tag !== this.#tag || this.#over) return;
    this.#tag = undefined;
    if (!this.#turn) this.#byVoice(this.#all);
    else if (!whole) this.#byVoice(this.#required);
    else this.#check(this.#turn);
  }

  /** The model is away. */
  sessionLost(): void {
    if (this.#over || this.#voiceTurnId !== undefined || this.#tag === undefined) return;
    this.#tag = undefined;
    // Nobody can tell how much of it came through.
    this.#byVoice(this.#turn ? this.#required : this.#all);
  }

  /** A turn was heard to its end. */
  turnEnded(turnId: string): void {
    if (this.#voiceTurnId !== undefined) {
      if (turnId === this.#voiceTurnId) this.#finish();
    } else if (turnId === this.#turn?.id && this.#tag === undefined) this.#finish();
  }

  /** The other voice failed to say it: the model has one more try. */
  voiceFailed(turnId: string): void {
    if (this.#over || turnId !== this.#voiceTurnId) return;
    this.#voiceTurnId = undefined;
    this.#turn = undefined;
    if (this.#triedAgain) this.#host.onFailed();
    else this.start();
    this.#triedAgain = true;
  }

  close(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  get #all(): readonly string[] {
    return this.#words.sentences.map(({ text }) => text);
  }

  get #required(): readonly string[] {
    return this.#words.sentences.filter(({ required }) => required).map(({ text }) => text);
  }

  #check(turn: AgentTurn): void {
    const missing = this.#required.filter((sentence) => !says(turn.generatedText, sentence));
    if (missing.length > 0) this.#byVoice(missing);
    else this.#awaitRequired(turn);
  }

  /** Speech is taken to run evenly over the characters. */
  #awaitRequired(turn: AgentTurn): void {
    if (this.#over) return;
    const share = Math.min(1, this.#required.join(' ').length / this.#all.join(' ').length);
    const audioMs = turn.items.reduce((sum, item) => sum + audioMsOf(item), 0);
    const heardMs = turn.items.reduce((sum, item) => sum + this.#host.heardMs(item.itemId), 0);
    const leftMs = audioMs * share + AFTER_REQUIRED_MS - heardMs;
    // Then it is the end of the turn that tells.
    if (share === 1) return;
    if (leftMs <= 0) this.#finish();
    else this.#timer = this.#clock.schedule(leftMs, () => this.#awaitRequired(turn));
  }

  #byVoice(sentences: readonly string[]): void {
    this.#timer?.cancel();
    if (this.#tag !== undefined) this.#host.dropModel(this.#tag);
    this.#tag = undefined;
    this.#voiceTurnId = this.#host.sayByVoice(sentences);
  }

  #finish(): void {
    if (this.#over) return;
    this.close();
    this.#host.onHeard();
  }
}

/** Whether words hold a sentence, all of it and in its order. */
function says(words: string, sentence: string): boolean {
  const said = ` ${normalizedWords(words).join(' ')} `;
  return said.includes(` ${normalizedWords(sentence).join(' ')} `);
}
