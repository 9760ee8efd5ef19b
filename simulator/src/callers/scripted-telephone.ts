import type { IncomingRing, Telephone } from '../telephone-network/telephones.ts';
import { ScriptedCaller, type CallerOptions, type CallerReport } from './scripted-caller.ts';

/** What a telephone outside does when it rings. */
export type TelephoneBehaviour =
  | ({
      readonly does: 'answer';
      /** Ms of ringing. */
      readonly afterMs: number;
    } & CallerOptions)
  | { readonly does: 'busy' | 'fail' | 'no-answer' };

/** A telephone that can be called, for outbound calls and `<Dial>`. */
export class ScriptedTelephone implements Telephone {
  /** One for each call that rang, in order. */
  readonly calls: { readonly from: string; readonly callSid: string }[] = [];
  readonly reports: CallerReport[] = [];
  readonly #behaviour: TelephoneBehaviour;
  readonly #waiting: ((report: CallerReport) => void)[] = [];

  constructor(behaviour: TelephoneBehaviour) {
    this.#behaviour = behaviour;
  }

  /** The report of the next call that ends. */
  nextReport(): Promise<CallerReport> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ring(call: IncomingRing): void {
    this.calls.push({ from: call.from, callSid: call.callSid });
    const behaviour = this.#behaviour;
    if (behaviour.does !== 'answer') {
      if (behaviour.does === 'busy') call.busy();
      if (behaviour.does === 'fail') call.fail();
      return;
    }
    const timer = setTimeout(() => {
      call.cancelled.removeEventListener('abort', cancel);
      const person = new ScriptedCaller(behaviour);
      person.take(call.answer(person.events));
      void person.done.then((report) => {
        this.reports.push(report);
        for (const resolve of this.#waiting.splice(0)) resolve(report);
      });
    }, behaviour.afterMs);
    const cancel = (): void => clearTimeout(timer);
    call.cancelled.addEventListener('abort', cancel, { once: true });
  }
}
