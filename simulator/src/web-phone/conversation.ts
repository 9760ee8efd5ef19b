import type { RecognizedSpeech } from '../recognition/contract.ts';
import { LineActivity, type ActivityChange } from './line-activity.ts';

/** One entry of the conversation as this telephone heard it. Times in ms of earpiece audio. */
export type Turn = CallerTurn | AgentTurn | DigitsTurn;

export interface CallerTurn {
  readonly kind: 'caller';
  readonly id: number;
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `cut`: the caller stopped before the end of the text. */
  readonly state: 'queued' | 'speaking' | 'said' | 'cut';
  /** From the beginning of this turn over the agent to the agent's silence. */
  readonly silencedAgentAfterMs?: number;
}

export interface AgentTurn {
  readonly kind: 'agent';
  readonly id: number;
  /** What the recognizer found in the earpiece: only what was heard, never what was meant. */
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `cut`: it fell silent because the caller spoke over it. */
  readonly state: 'speaking' | 'said' | 'cut';
  /** From the end of the caller's speech to the first audio of this turn. */
  readonly respondedAfterMs?: number;
}

export interface DigitsTurn {
  readonly kind: 'digits';
  readonly id: number;
  readonly text: string;
  readonly startMs: number;
}

/** A pause longer than this ends the agent's turn. Longer than the silence between two sentences. */
const TURN_GAP_MS = 1500;
/** An agent that speaks on for this long after the caller's words has not been interrupted by them. */
const IGNORED_AFTER_MS = 1500;
/** The recognizer and the level find the beginning of speech at slightly different places. */
const START_TOLERANCE_MS = 400;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenAgentTurn = Mutable<AgentTurn> & { finals: string[]; interim: string };
type OpenCallerTurn = Mutable<CallerTurn> & { overlaps: boolean; answered: boolean };

/**
 * Follows one call as the telephone hears it. Its clock is the audio of the earpiece, which the
 * network delivers in real time and in silence too, so every delay is what a person would measure.
 */
export class Conversation {
  readonly #onTurn: (turn: Turn) => void;
  readonly #activity = new LineActivity();
  readonly #nextId: () => number;
  readonly #agentTurns: OpenAgentTurn[] = [];
  readonly #callerTurns: OpenCallerTurn[] = [];

  constructor(nextId: () => number, onTurn: (turn: Turn) => void) {
    this.#nextId = nextId;
    this.#onTurn = onTurn;
  }

  get positionMs(): number {
    return this.#activity.positionMs;
  }

  /** Ms of the caller's speech that are still to be sent. */
  get pendingSpeechMs(): number {
    return Math.max(0, (this.#callerTurns.at(-1)?.endMs ?? 0) - this.positionMs);
  }

  /** Audio was handed to the telephone; it goes out behind what is already waiting there. */
  callerSays(text: string, durationMs: number): void {
    const startMs = this.positionMs + this.pendingSpeechMs;
    const turn: OpenCallerTurn = {
      kind: 'caller',
      id: this.#nextId(),
      text,
      startMs,
      endMs: startMs + durationMs,
      state: 'queued',
      overlaps: false,
      answered: false,
    };
    this.#callerTurns.push(turn);
    if (startMs <= this.positionMs) this.#begin(turn);
    this.#tellCaller(turn);
  }

  /** What is still waiting in the telephone was dropped. */
  callerStops(): void {
    for (const turn of this.#callerTurns) {
      if (turn.state !== 'queued' && turn.state !== 'speaking') continue;
      turn.state = 'cut';
      turn.startMs = Math.min(turn.startMs, this.positionMs);
      turn.endMs = this.positionMs;
      this.#tellCaller(turn);
    }
  }

  callerPresses(digits: string): void {
    this.#onTurn({ kind: 'digits', id: this.#nextId(), text: digits, startMs: this.positionMs });
  }

  /** A frame of the earpiece. */
  frame(mulaw: Uint8Array): void {
    const change = this.#activity.frame(mulaw);
    this.#advanceCaller();
    if (change) this.#activityChanged(change);
    const agent = this.#agentTurns.at(-1);
    if (agent?.state === 'speaking' && !this.#activity.speaking) {
      if (this.positionMs - agent.endMs >= TURN_GAP_MS) this.#closeAgent(agent, 'said');
    }
  }

  /** Words that the recognizer found; `final` replaces the interim words before it. */
  heard(result: RecognizedSpeech, final: boolean): void {
    const turn =
      this.#agentTurns.findLast(({ startMs }) => startMs <= result.startMs + START_TOLERANCE_MS) ??
      this.#openAgent(result.startMs);
    if (final) turn.finals.push(result.text);
    turn.interim = final ? '' : result.text;
    const text = [...turn.finals, turn.interim].filter(Boolean).join(' ');
    if (text === turn.text) return;
    turn.text = text;
    this.#tellAgent(turn);
  }

  /** The call is over. */
  end(): void {
    const change = this.#activity.stop();
    if (change) this.#activityChanged(change);
    const agent = this.#agentTurns.at(-1);
    if (agent?.state === 'speaking') this.#closeAgent(agent, 'said');
    this.callerStops();
  }

  #advanceCaller(): void {
    for (const turn of this.#callerTurns) {
      if (turn.state === 'queued' && turn.startMs <= this.positionMs) {
        this.#begin(turn);
        this.#tellCaller(turn);
      }
      if (turn.state === 'speaking' && turn.endMs <= this.positionMs) {
        turn.state = 'said';
        this.#tellCaller(turn);
      }
      if (turn.overlaps && this.positionMs - turn.endMs > IGNORED_AFTER_MS) {
        turn.overlaps = false;
        turn.answered = true;
      }
    }
  }

  #begin(turn: OpenCallerTurn): void {
    turn.state = 'speaking';
    turn.overlaps = this.#activity.speaking;
    const agent = this.#agentTurns.at(-1);
    if (agent?.state === 'speaking' && !turn.overlaps) this.#closeAgent(agent, 'said');
  }

  #activityChanged(change: ActivityChange): void {
    const last = this.#agentTurns.at(-1);
    if (change.type === 'voice-started') {
      if (last?.state === 'speaking') return;
      this.#tellAgent(this.#openAgent(change.atMs));
      return;
    }
    if (!last) return;
    last.endMs = change.atMs;
    const interruption = this.#callerTurns.find(({ overlaps }) => overlaps);
    if (!interruption) return;
    for (const turn of this.#callerTurns) turn.overlaps = false;
    // Silence is known only after a while: the agent may have finished before the caller began.
    if (change.atMs <= interruption.startMs) return this.#closeAgent(last, 'said');
    interruption.silencedAgentAfterMs = change.atMs - interruption.startMs;
    this.#tellCaller(interruption);
    this.#closeAgent(last, 'cut');
  }

  #openAgent(startMs: number): OpenAgentTurn {
    const turn: OpenAgentTurn = {
      kind: 'agent',
      id: this.#nextId(),
      text: '',
      startMs,
      endMs: startMs,
      state: 'speaking',
      finals: [],
      interim: '',
    };
    const question = this.#callerTurns.findLast((said) => said.endMs <= startMs);
    if (question && !question.answered && question.state !== 'queued') {
      turn.respondedAfterMs = startMs - question.endMs;
    }
    for (const said of this.#callerTurns) if (said.endMs <= startMs) said.answered = true;
    this.#agentTurns.push(turn);
    return turn;
  }

  #closeAgent(turn: OpenAgentTurn, state: 'said' | 'cut'): void {
    turn.state = state;
    this.#tellAgent(turn);
  }

  #tellAgent({ finals: _finals, interim: _interim, ...turn }: OpenAgentTurn): void {
    this.#onTurn(turn);
  }

  #tellCaller({ overlaps: _overlaps, answered: _answered, ...turn }: OpenCallerTurn): void {
    this.#onTurn(turn);
  }
}
