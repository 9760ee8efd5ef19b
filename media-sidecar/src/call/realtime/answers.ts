import type { RealtimeResponseEnd } from '../../realtime/contract.ts';
import { AgentTurn } from './agent-turn.ts';
import { realtimeWordings } from './instructions.ts';
import type { RealtimeParts } from './parts.ts';
import { isAnswer, type RunningResponse } from './responses.ts';
import type { AgentSpeech } from './speech.ts';
import type { ToolsResult } from './tool-calls.ts';

/** The model's responses: which are answers, what they call for, and what becomes of a failure. */
export class Answers {
  readonly #parts: RealtimeParts;
  readonly #speech: AgentSpeech;
  readonly #giveUp: () => void;

  /** @param giveUp leaves the model, which fails to answer */
  constructor(parts: RealtimeParts, speech: AgentSpeech, giveUp: () => void) {
    this.#parts = parts;
    this.#speech = speech;
    this.#giveUp = giveUp;
  }

  /** The caller waits for an answer: one that the model makes by itself, or that we ask for. */
  expect(how: 'by-itself' | 'asked'): void {
    const { options, responses, state, timers } = this.#parts;
    state.wasCut = false;
    state.bridged = false;
    this.#await();
    if (how === 'asked') {
      this.ask();
      return;
    }
    responses.expect();
    timers.set('ask', options.askAfterMs);
  }

  /** The caller spoke while the opening was heard. */
  toOpening(): void {
    const { callers, context, line, state } = this.#parts;
    if (state.spokenFirst) {
      // Said once more behind the opening, it is what there is to answer.
      const said = context.dialogue.messages().filter(({ role }) => role === 'caller');
      const texts = said.flatMap((message) => ('text' in message ? message.text : []));
      const known = texts.filter((text) => !callers.isInaudible(text));
      line.session?.add(known.map((text) => ({ role: 'caller', text })));
    }
    this.expect('asked');
  }

  /** Without a session the next one is asked, when it is there; who speaks is heard first. */
  ask(): void {
    const { line, responses, state } = this.#parts;
    if (line.session && !state.speaking) responses.ask();
  }

  /** The model did not begin to answer by itself. */
  overdue(): void {
    const { callers, context, line, responses, state } = this.#parts;
    if (!state.owed || state.speaking) return;
    if (callers.heardAgain !== undefined) {
      // Nor did it hear anything in the audio that it was given once more.
      callers.sessionLost(false);
      const { askToRepeat } = realtimeWordings(context.session.tenant.language);
      line.session?.add([{ role: 'system', text: askToRepeat }]);
    }
    responses.askAnyway();
  }

  started(responseId: string, tag: string | undefined): void {
    const { callers, context, line, playout, responses, state, timers } = this.#parts;
    const response = responses.started(responseId, tag);
    if (!response) return;
    if (isAnswer(response) && state.closing?.isFinal) {
      // The last words are being said; to what was said over them there is no answer any more.
      response.muted = true;
      line.session?.cancel();
      return;
    }
    const turn = new AgentTurn(responseId, line.number);
    if (isAnswer(response)) {
      timers.cancel('ask');
      turn.delays.speechEndedAtMs = callers.speechEndedMs;
      turn.delays.committedAtMs = context.clock.monotonicMs();
    }
    playout.begin(turn);
  }

  audio(responseId: string, itemId: string, mulaw: Uint8Array): void {
    const { context, playout, responses, timers } = this.#parts;
    const response = responses.get(responseId);
    if (!response || response.muted) return;
    if (!response.hasAudio) this.#sounds(response);
    playout.audio(responseId, itemId, mulaw);
    // Who hears the beginning of an answer waits for the rest of it.
    if (isAnswer(response)) timers.set('answer', context.options.modelFirstEventMs);
  }

  done(end: RealtimeResponseEnd): void {
    const { opening, phrases, playout, responses, usage } = this.#parts;
    const response = responses.ended(end.responseId);
    if (!response) return;
    if (end.usage) usage.response(end.responseId, end.usage);
    const whole = end.status === 'completed';
    // Before its turn may end: the opening has to know whether that is all of it.
    opening.responseEnded(response.request?.tag, whole);
    phrases.ended(response.request?.tag);
    playout.complete(end.responseId, !whole);
    if (!response.muted) this.#take(response, end);
    else if (whole) this.#refuseTools(response);
    responses.askNext();
  }

  toolsRan({ session, items, closes, cancelled }: ToolsResult): void {
    const { line, playout, voice } = this.#parts;
    if (session === line.number) {
      for (const item of items) line.session?.toolResult(item.callId, item.result);
    } else {
      // The session that asked is gone; this one has not heard of it.
      line.session?.add(items);
    }
    if (cancelled) return;
    if (!closes) {
      this.#await();
      this.ask();
      return;
    }
    if (!playout.sounds && !voice.busy) {
      this.#speech.say(closes === 'transferred' ? 'transfer' : 'goodbye');
    }
    // A word over it does not keep the caller from the person that was asked for.
    this.#speech.closeAfter(closes, closes === 'transferred');
  }

  #await(): void {
    const { context, filler, state, timers } = this.#parts;
    state.owed = true;
    timers.cancel('idle');
    filler.start('model');
    timers.set('answer', context.options.modelFirstEventMs);
  }

  #sounds(response: RunningResponse): void {
    const { callers, opening, phrases, playout, timers } = this.#parts;
    const tag = response.request?.tag;
    const turn = playout.turn(response.responseId);
    response.hasAudio = true;
    phrases.sounds(tag);
    if (turn) opening.sounds(tag, turn);
    timers.cancel('idle');
    if (!isAnswer(response)) return;
    callers.speechEndedMs = undefined;
    this.#isThere();
    phrases.dropSilent();
  }

  #take(response: RunningResponse, { status, reason }: RealtimeResponseEnd): void {
    const { filler, line, state, timers, tools } = this.#parts;
    const { hasAudio, toolCalls } = response;
    if (status === 'completed' && tools.run(line.number, toolCalls)) {
      state.owed = true;
      timers.cancel('answer');
      filler.start('tool');
    } else if (!isAnswer(response)) {
      return;
    } else if (status === 'cancelled' || (hasAudio && status !== 'failed')) {
      state.owed = false;
      state.retries = 0;
      this.#isThere();
    } else {
      this.#failed(hasAudio, reason);
    }
  }

  #isThere(): void {
    const { filler, timers } = this.#parts;
    timers.cancel('answer');
    filler.stop();
  }

  /** A response that was spoken over asked for tools: they are not run, and the model has to know. */
  #refuseTools({ toolCalls }: RunningResponse): void {
    const result = JSON.stringify({ error: 'cancelled' });
    for (const { callId } of toolCalls) this.#parts.line.session?.toolResult(callId, result);
  }

  #failed(hasAudio: boolean, reason = ''): void {
    const { context, line, options, state, timers } = this.#parts;
    const isLimit = /rate.?limit|quota/i.test(reason);
    const code = isLimit ? 'rate-limited' : 'unknown';
    context.metrics.count('provider_errors', { source: 'realtime', code });
    context.logger.warn({ source: 'realtime', code }, 'the model failed to answer');
    state.owed = true;
    state.wasCut ||= hasAudio;
    if (hasAudio) {
      const { wasCut } = realtimeWordings(context.session.tenant.language);
      line.session?.add([{ role: 'system', text: wasCut }]);
    }
    timers.cancel('answer');
    if (state.retries > 0) {
      this.#giveUp();
      return;
    }
    state.retries += 1;
    if (isLimit || hasAudio) this.#speech.bridge();
    timers.set('retry', isLimit ? options.rateLimitPauseMs : 0);
  }
}
