import { keysAsText } from '../../turn/listening.ts';
import type { Answers } from './answers.ts';
import { realtimeWordings } from './instructions.ts';
import type { RealtimeParts } from './parts.ts';
import type { Cut } from './playout.ts';
import type { RunningTools } from './tool-calls.ts';
import { changesSubject } from './unanswered.ts';

/** The caller's side: speech and keys, and how they stop the agent. */
export class Floor {
  readonly #parts: RealtimeParts;
  readonly #answers: Answers;
  /** What ran already when a turn was complete whose words are not known yet. */
  readonly #toolsBefore = new Map<string, RunningTools>();

  constructor(parts: RealtimeParts, answers: Answers) {
    this.#parts = parts;
    this.#answers = answers;
  }

  /** @param atMs in the session's audio */
  speechStarted(itemId: string, atMs: number): void {
    const { callers, frames, isProtected, options, state, timers } = this.#parts;
    const momentMs = frames.momentOf(atMs);
    // Over SIP nobody here knows when the caller began, nor is it we who silence the phone.
    const sinceMs = options.movesSessions ? momentMs : undefined;
    state.speaking = true;
    state.speechAtMs = atMs;
    callers.speechStarted(itemId, momentMs);
    frames.speechBegan(atMs);
    timers.cancel('idle');
    // What is heard once more is no news: it must not cut what the caller hears meanwhile.
    if (!isProtected && callers.heardAgain === undefined) this.take('speech', sinceMs);
  }

  speechStopped(itemId: string, atMs: number): void {
    const { callers, frames, state } = this.#parts;
    state.speaking = false;
    state.speechEndMs = atMs;
    callers.speechStopped(itemId, frames.momentOf(atMs));
  }

  turnEnded(itemId: string): void {
    const { callers, opening, state } = this.#parts;
    if (!callers.committed(itemId)) return;
    state.speaking = false;
    state.idlePrompts = 0;
    state.retries = 0;
    if (opening.protects) {
      state.spokenInOpening = true;
      state.spokenFirst ||= !opening.isPlaced;
    } else if (!state.closing?.isFinal) this.#answers.expect('by-itself');
  }

  /** A turn has its place; what it says comes later. */
  turnOpened(turnId: string): void {
    const { tools, unanswered } = this.#parts;
    if (tools.running) this.#toolsBefore.set(turnId, tools.underWay);
    if (tools.running) unanswered.said(turnId, 'working');
    else unanswered.said(turnId, this.#agentAsked ? 'asking' : 'idle');
  }

  /** What a turn says, as far as it is known. Who only says "ajá" still waits for what runs. */
  turnWords(turnId: string, text: string, final: boolean): void {
    const { tools, turnOptions, unanswered } = this.#parts;
    unanswered.words(turnId, text, final);
    const before = final ? this.#toolsBefore.get(turnId) : undefined;
    if (final) this.#toolsBefore.delete(turnId);
    if (before && changesSubject(text, turnOptions)) this.#answers.abandon(tools.cancel(before));
    this.#answers.wordsKnown();
  }

  /** Nobody will tell what a turn says: it gives nothing up. */
  turnLost(turnId: string, speechMs: number): void {
    this.#parts.unanswered.lost(turnId, speechMs);
    this.#toolsBefore.delete(turnId);
    this.#answers.wordsKnown();
  }

  /** Nobody is hung up on who speaks or types, or said something meanwhile of which the words are not known. */
  mayHangUp(round: object): boolean {
    const { keys, speaking } = this.#parts.state;
    const before = [...this.#toolsBefore.values()].flat();
    return !speaking && keys === '' && !before.some((running) => running.round === round);
  }

  /** What the caller said is known, or will never be: its audio is needed no more. */
  wordsCame(): void {
    const { callers, frames, state } = this.#parts;
    if (callers.awaitsWords) return;
    if (state.speaking) frames.keepOnly(state.speechAtMs);
    else frames.done(state.speechEndMs);
  }

  key(key: string): void {
    const { isProtected, state, timers, turnOptions } = this.#parts;
    state.keys += key;
    timers.cancel('idle');
    if (!isProtected) this.take('key', undefined);
    timers.set('keys', key === '#' ? 0 : turnOptions.limits.keyPauseMs);
  }

  /** Protected words are heard first; the keys wait for their end. */
  keysDue(): void {
    const { callers, isProtected, line, state, tools, unanswered } = this.#parts;
    if (!state.keys || isProtected) return;
    const text = keysAsText(state.keys);
    state.keys = '';
    state.idlePrompts = 0;
    state.retries = 0;
    tools.cancel();
    callers.pressed(text);
    unanswered.demand();
    line.session?.add([{ role: 'caller', text }]);
    this.#answers.expect('asked');
  }

  /** The call is over: keys that nobody has taken stand in the record. */
  leaveKeys(): void {
    const { callers, state } = this.#parts;
    if (!state.keys) return;
    const text = keysAsText(state.keys);
    state.keys = '';
    callers.pressed(text);
  }

  /** What is said stops, because the caller has something to say. @param sinceMs monotonic */
  take(by: 'speech' | 'key', sinceMs: number | undefined): void {
    const { context, state, timers } = this.#parts;
    if (state.closing) timers.cancel('last-words');
    state.closing = undefined;
    if (!this.silence(by)) return;
    const { clock, metrics } = context;
    metrics.count('interruptions', { by });
    if (sinceMs !== undefined) metrics.observeMs('clear_reaction', clock.monotonicMs() - sinceMs);
  }

  /** @returns whether something sounded */
  silence(by: 'speech' | 'key' | 'limit'): boolean {
    const { filler, line, options, phrases, playout, responses, state, timers } = this.#parts;
    const sounded = playout.sounds;
    // First of all, so that the phone falls silent as soon as it can.
    const cuts = playout.interrupt();
    state.owed = false;
    state.answeredMutely = false;
    filler.stop();
    for (const name of ['answer', 'ask', 'retry', 'phrase-stall'] as const) timers.cancel(name);
    phrases.stop();
    const { made, isAsked } = responses.muteAll();
    // Speech stops what is being made in the conversation, and nothing that was only asked for.
    const isOutOfBand = made.some(({ request }) => request?.outOfBand);
    const mustCancel = isAsked || isOutOfBand || (by !== 'speech' && made.length > 0);
    if (mustCancel) line.session?.cancel();
    else if (made.length > 0) timers.set('stops', options.stopsWithinMs);
    for (const cut of cuts) this.#tell(cut);
    return sounded;
  }

  /** The agent's last words hold a question. */
  get #agentAsked(): boolean {
    const messages = this.#parts.context.dialogue.messages();
    const last = messages.findLast((message) => message.role === 'agent' && message.text !== '');
    return last?.role === 'agent' && /[?¿]/.test(last.text);
  }

  #tell({ session, itemId, heardMs, heardText }: Cut): void {
    const { context, line } = this.#parts;
    // Phrases of another voice are nothing that the model knows of.
    if (session === undefined) return;
    if (session === line.number) {
      line.session?.truncate(itemId, Math.floor(heardMs));
      return;
    }
    // It was told of this item as a whole, when it took over from another session.
    const { heardOnly } = realtimeWordings(context.session.tenant.language);
    line.session?.add([{ role: 'system', text: heardOnly(heardText) }]);
  }
}
