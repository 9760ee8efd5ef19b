import type { Clock } from '../../kernel/clock.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { PhoneLeg } from '../../telephony/contract.ts';
import type { Dialogue } from '../dialogue.ts';
import type { TurnLog } from '../turn-log.ts';
import { AgentTurn, audioMsOf, type SpokenItem } from './agent-turn.ts';

export interface PlayoutDeps {
  readonly leg: PhoneLeg;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: TurnLog;
  readonly dialogue: Dialogue;
}

export interface PlayoutListener {
  /** It has its place in the record. */
  onTurnStarted(turnId: string, index: number): void;
  /** It was heard to its end, or cut. */
  onTurnEnded(turn: AgentTurn): void;
  /** All audio so far was heard. */
  onDrained(): void;
}

/** Where an item was stopped. */
export interface Cut {
  readonly itemId: string;
  readonly session: number | undefined;
  readonly heardMs: number;
  /** The words of its turn that were heard. */
  readonly heardText: string;
}

/**
 * What the agent says, on its way to the caller's ear: turns in the order of their first audio, as
 * the phone plays them. History and record get what was heard of each.
 */
export class Playout {
  readonly #deps: PlayoutDeps;
  readonly #listener: PlayoutListener;
  /** Begun, and without audio so far. */
  readonly #silent = new Map<string, AgentTurn>();
  /** With audio, in order; the first one is being heard. */
  readonly #turns: AgentTurn[] = [];
  /** The one that has its place in the record, and is not ended. */
  #opened: AgentTurn | undefined;

  constructor(deps: PlayoutDeps, listener: PlayoutListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  /** Audio was handed to the phone that was not heard yet. */
  get sounds(): boolean {
    return this.#turns.some((turn) => turn.sounds);
  }

  /** The same of what does not only bridge a silence. */
  get speaks(): boolean {
    return this.#turns.some((turn) => turn.sounds && !turn.isAside);
  }

  begin(turn: AgentTurn): void {
    this.#silent.set(turn.id, turn);
  }

  /** What the model said that is not in the history yet, because it is still being heard. */
  get openTexts(): string[] {
    const turns = this.#turns.filter(({ session }) => session !== undefined);
    return turns.map((turn) => turn.generatedText).filter(Boolean);
  }

  turn(turnId: string): AgentTurn | undefined {
    return this.#silent.get(turnId) ?? this.#turns.find(({ id }) => id === turnId);
  }

  audio(turnId: string, itemId: string, mulaw: Uint8Array): void {
    const turn = this.turn(turnId);
    const item = turn?.item(itemId);
    if (!turn || !item || item.done || turn.complete || mulaw.byteLength === 0) return;
    const { clock, leg, metrics } = this.#deps;
    turn.delays.firstAudioByteAtMs ??= clock.monotonicMs();
    leg.play(itemId, mulaw);
    item.audioBytes += mulaw.byteLength;
    if (turn.delays.firstAudioSentAtMs === undefined) {
      turn.delays.firstAudioSentAtMs = clock.monotonicMs();
      turn.delays.report(metrics);
    }
    if (this.#silent.delete(turnId)) {
      this.#turns.push(turn);
      if (this.#turns.length === 1) this.#startFirst();
    }
  }

  words(turnId: string, itemId: string, delta: string): void {
    const turn = this.turn(turnId);
    if (!turn) return;
    turn.delays.modelFirstTokenAtMs ??= this.#deps.clock.monotonicMs();
    turn.item(itemId).text += delta;
  }

  /** No more audio of the item comes. */
  audioDone(itemId: string): void {
    const item = this.#find(itemId);
    if (!item || item.done) return;
    item.done = true;
    this.#deps.leg.finishItem(itemId);
  }

  /** No more items of the turn come. */
  complete(turnId: string, broken = false): void {
    this.#silent.delete(turnId);
    const turn = this.#turns.find(({ id }) => id === turnId);
    if (!turn || turn.complete) return;
    turn.complete = true;
    for (const item of turn.items) {
      if (item.done) continue;
      item.done = true;
      item.broken = broken;
      // Whatever comes next waits on the phone until this item is finished.
      if (item.audioBytes > 0) this.#deps.leg.finishItem(item.itemId);
    }
    this.#advance();
  }

  /** What comes from a session that is gone is over; what was sent goes on sounding. */
  sessionLost(session: number): void {
    const theirs = (turn: AgentTurn) => turn.session === session;
    for (const turn of [...this.#silent.values()].filter(theirs)) this.#silent.delete(turn.id);
    for (const turn of [...this.#turns].filter(theirs)) this.complete(turn.id, true);
  }

  firstPlayed(itemId: string): void {
    const turn = this.#turns.find(({ items }) => items.some((item) => item.itemId === itemId));
    if (turn) turn.delays.firstMarkAtMs ??= this.#deps.clock.monotonicMs();
  }

  itemPlayed(itemId: string): void {
    const item = this.#find(itemId);
    if (!item) return;
    item.played = true;
    this.#advance();
    if (!this.sounds) this.#listener.onDrained();
  }

  /** Silence now. Returns where the model's items were stopped that were not heard to their end. */
  interrupt(): Cut[] {
    this.#silent.clear();
    if (this.#turns.length === 0) return [];
    const cleared = this.sounds ? this.#deps.leg.clear() : [];
    const stopped = new Map(cleared.map(({ itemId, heardMs }) => [itemId, heardMs] as const));
    const cuts: Cut[] = [];
    for (const turn of this.#turns.splice(0)) {
      for (const item of turn.items) this.#stop(item, stopped.get(item.itemId));
      for (const item of turn.items) {
        if (item.stoppedAtMs === undefined || item.audioBytes === 0) continue;
        const { heardText, session } = turn;
        cuts.push({ itemId: item.itemId, session, heardMs: item.stoppedAtMs, heardText });
      }
      // The first one has its place already; of the others nothing was heard as a rule.
      if (this.#opened === turn || turn.heardText) {
        this.#end(turn, turn.wasCut || !turn.complete);
      } else {
        this.#listener.onTurnEnded(turn);
      }
    }
    return cuts;
  }

  #stop(item: SpokenItem, heardMs: number | undefined): void {
    if (item.played) return;
    const audioMs = audioMsOf(item);
    // What the leg did not report was heard to its end.
    const untilMs = heardMs ?? audioMs;
    if (item.done && !item.broken && untilMs >= audioMs) item.played = true;
    else item.stoppedAtMs = Math.min(untilMs, audioMs);
  }

  #startFirst(): void {
    const [turn] = this.#turns;
    if (!turn || this.#opened === turn) return;
    this.#opened = turn;
    const index = this.#deps.log.agentStarted(this.#deps.clock.nowMs());
    this.#listener.onTurnStarted(turn.id, index);
  }

  #advance(): void {
    for (;;) {
      const [turn] = this.#turns;
      if (!turn || !turn.complete || turn.sounds) return;
      this.#turns.shift();
      this.#end(turn, turn.wasCut);
      this.#startFirst();
    }
  }

  #end(turn: AgentTurn, interrupted: boolean): void {
    const { clock, dialogue, log } = this.#deps;
    const text = turn.heardText;
    if (this.#opened !== turn) {
      const index = log.agentStarted(clock.nowMs());
      this.#listener.onTurnStarted(turn.id, index);
    }
    this.#opened = undefined;
    log.agentEnded({
      text,
      generatedText: turn.generatedText,
      interrupted,
      endedAtMs: clock.nowMs(),
      delays: turn.delays.toRecord(),
    });
    if (text) dialogue.add([{ role: 'agent', text }]);
    this.#listener.onTurnEnded(turn);
  }

  #find(itemId: string): SpokenItem | undefined {
    for (const turn of [...this.#turns, ...this.#silent.values()]) {
      const item = turn.items.find((one) => one.itemId === itemId);
      if (item) return item;
    }
    return undefined;
  }
}
