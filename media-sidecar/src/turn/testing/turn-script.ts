import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { Timer } from '../../kernel/clock.ts';
import type { TimerName, TurnEffect, TurnEvent } from '../events.ts';
import { defaultTurnOptions, type TurnOptions } from '../options.ts';
import { createTurnReducer } from '../reducer.ts';
import type { TurnState } from '../state.ts';

/** Feeds the reducer in virtual time; its timers run by themselves. */
export class TurnScript {
  readonly clock = new VirtualClock();
  readonly effects: TurnEffect[] = [];
  state: TurnState;
  readonly #reducer: ReturnType<typeof createTurnReducer>;
  readonly #timers = new Map<TimerName, Timer>();

  constructor(options: TurnOptions = defaultTurnOptions) {
    this.#reducer = createTurnReducer(options);
    this.state = this.#reducer.initial;
  }

  send(event: TurnEvent): this {
    const step = this.#reducer.step(this.state, event, this.clock.monotonicMs());
    this.state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'cancel-timer' || effect.type === 'set-timer') {
        this.#timers.get(effect.name)?.cancel();
        this.#timers.delete(effect.name);
      }
      if (effect.type === 'set-timer') {
        const due = () => {
          this.#timers.delete(effect.name);
          this.send({ type: 'timer', name: effect.name });
        };
        this.#timers.set(effect.name, this.clock.schedule(effect.delayMs, due));
      } else if (effect.type !== 'cancel-timer') {
        this.effects.push(effect);
      }
    }
    return this;
  }

  wait(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  speechStarts(): this {
    return this.send({ type: 'speech-started', atMs: this.clock.monotonicMs() });
  }

  speechEnds(): this {
    return this.send({ type: 'speech-ended', atMs: this.clock.monotonicMs() });
  }

  interim(text: string, stability = 0.9): this {
    return this.send({ type: 'interim', text, stability });
  }

  final(text: string): this {
    return this.send({ type: 'final', text });
  }

  presses(key: string): this {
    return this.send({ type: 'key', key });
  }

  /** Events of the reply that has the floor. */
  reply(
    type:
      | 'reply-audible'
      | 'reply-drained'
      | 'reply-played'
      | 'tools-started'
      | 'hang-up-requested'
      | 'transfer-requested',
  ): this {
    return this.send({ type, replyId: this.replyId });
  }

  get replyId(): string {
    if (!this.state.reply) throw new Error('no reply has the floor');
    return this.state.reply.id;
  }

  /** The greeting was heard, and what it caused is forgotten. */
  greeted(): this {
    this.send({ type: 'call-started' });
    this.reply('reply-audible').wait(2000).reply('reply-played');
    this.effects.length = 0;
    return this;
  }

  /** The caller asked, the agent answers and sounds. */
  answering(question = '¿qué horario tienen?'): this {
    this.greeted()
      .speechStarts()
      .wait(1000)
      .interim(question)
      .speechEnds()
      .wait(400)
      .final(question);
    this.reply('reply-audible').wait(2000);
    this.effects.length = 0;
    return this;
  }

  get names(): string[] {
    return this.effects.map(({ type }) => type);
  }

  count(type: TurnEffect['type']): number {
    return this.effects.filter((effect) => effect.type === type).length;
  }

  last<T extends TurnEffect['type']>(type: T): Extract<TurnEffect, { type: T }> {
    const found = this.effects.findLast((effect) => effect.type === type);
    if (!found) throw new Error(`there was no ${type}`);
    return found as Extract<TurnEffect, { type: T }>;
  }

  pending(name: TimerName): boolean {
    return this.#timers.has(name);
  }
}
