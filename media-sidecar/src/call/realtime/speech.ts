import type { AgentPhrase } from '../../agents/contract.ts';
import type { CallEndReason } from '../ports.ts';
import { realtimeWordings } from './instructions.ts';
import type { RealtimeParts } from './parts.ts';

/** What the agent says without being asked: fillers, questions into the silence, last words. */
export class AgentSpeech {
  readonly #parts: RealtimeParts;

  constructor(parts: RealtimeParts) {
    this.#parts = parts;
  }

  say(kind: AgentPhrase, index = 0, outOfBand = false): void {
    const { context, line, phrases } = this.#parts;
    const text = context.agent.phrase(kind, index);
    const { sayExactly } = realtimeWordings(context.session.tenant.language);
    phrases.say(text, sayExactly(text), { modelIsThere: line.isReady, outOfBand });
  }

  /** At once, once, and by a voice that does not depend on the model. */
  bridge(): void {
    const { context, state, voice } = this.#parts;
    if (!state.bridged) voice.say([context.agent.phrase('bridge', 0)], true);
    state.bridged = true;
  }

  /** @returns whether it was silent, so that a filler was said */
  fill(index: number): boolean {
    const { phrases, playout, state, tools } = this.#parts;
    const isAwaited = state.owed || tools.running;
    if (playout.sounds || phrases.busy || state.speaking || !isAwaited) return false;
    this.say('filler', index, true);
    return true;
  }

  /** Nobody has said anything for a while. */
  idleDue(): void {
    const { isQuiet, state, turnOptions } = this.#parts;
    if (!isQuiet) return;
    if (state.idlePrompts < turnOptions.silence.maxPrompts) {
      this.say('idle-prompt', state.idlePrompts);
      state.idlePrompts += 1;
      return;
    }
    this.say('idle-goodbye');
    this.closeAfter('idle');
  }

  /** Ends the call when what is being said was heard, or without it when that takes too long. */
  closeAfter(reason: CallEndReason, isFinal = false): void {
    const { filler, line, state, timers, turnOptions } = this.#parts;
    state.closing = { reason, isFinal };
    // Nothing is answered any more, and over SIP it is the model that would stop for a word.
    if (isFinal) line.session?.update({ answers: 'when-asked' });
    state.owed = false;
    filler.stop();
    timers.cancel('idle');
    timers.cancel('answer');
    timers.set('last-words', turnOptions.limits.lastWordsMs);
  }
}
