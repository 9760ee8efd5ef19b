import { randomBytes } from 'node:crypto';
import { OpenAiError } from '../openai-error.ts';
import type { RealtimeSession } from './session-schema.ts';
import type { SipLeg } from './sip-line.ts';

export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

export type SipCallState =
  | { readonly name: 'ringing' }
  | { readonly name: 'active'; readonly session: RealtimeSession }
  | { readonly name: 'rejected'; readonly statusCode: number }
  | { readonly name: 'referred'; readonly targetUri: string }
  | { readonly name: 'ended'; readonly by: 'caller' | 'application' };

export interface SipCallObserver {
  changed?(call: SipCall): void;
  audio?(mulaw: Uint8Array): void;
  pressed?(digit: string): void;
}

/** A call to `sip:<project>@sip.api.openai.com`, from the INVITE to its end. */
export class SipCall {
  readonly id = `rtc_${randomBytes(16).toString('hex')}`;
  readonly headers: readonly SipHeader[];
  #state: SipCallState = { name: 'ringing' };
  /** The telephone at the other end; none where a test speaks for the caller. */
  readonly leg: SipLeg | undefined;
  readonly #observers = new Set<SipCallObserver>();
  /** The connection over which it is accepted breaks before the reply. */
  losesReply = false;

  constructor(headers: readonly SipHeader[], changed: (call: SipCall) => void, leg?: SipLeg) {
    this.headers = headers;
    this.leg = leg;
    this.observe({ changed });
  }

  /** Tells of what happens from now on; the answer takes that back. */
  observe(observer: SipCallObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  get state(): SipCallState {
    return this.#state;
  }

  /** The caller puts the phone down, before or after it was answered. */
  callerHangsUp(): void {
    if (this.#state.name === 'ringing' || this.#state.name === 'active') {
      this.#become({ name: 'ended', by: 'caller' });
    }
  }

  /** The caller speaks: µ-law, 8,000 Hz. Before the call is answered nobody hears it. */
  callerSays(mulaw: Uint8Array): void {
    if (this.#state.name !== 'active') return;
    for (const { audio } of this.#observers) audio?.(mulaw);
  }

  /**
   * The caller presses keys.
   * @throws RangeError for what is on no keypad
   */
  callerPresses(digits: string): void {
    if (!/^[0-9*#A-D]+$/.test(digits)) throw new RangeError('keys are 0 to 9, *, #, and A to D');
    if (this.#state.name !== 'active') return;
    for (const digit of digits) for (const { pressed } of this.#observers) pressed?.(digit);
  }

  /** @throws OpenAiError 404 */
  accept(session: RealtimeSession): void {
    this.#require('ringing');
    this.#become({ name: 'active', session });
    // The session is there before the caller's first frame.
    this.leg?.answer();
  }

  /** @throws OpenAiError 404 */
  reject(statusCode: number): void {
    this.#require('ringing');
    this.#become({ name: 'rejected', statusCode });
    this.leg?.reject(statusCode);
  }

  /**
   * A refused REFER goes unnoticed: the call goes on, and the API's answer is the same. Reported in
   * OpenAI's community, 2026-05 ("silent failure on the REFER endpoint").
   * @throws OpenAiError 404
   */
  refer(targetUri: string): void {
    this.#require('active');
    if (this.leg?.refer(targetUri) === false) return;
    this.#become({ name: 'referred', targetUri });
  }

  /** @throws OpenAiError 404 */
  hangUp(): void {
    this.#require('active');
    this.#become({ name: 'ended', by: 'application' });
    this.leg?.hangUp();
  }

  #become(state: SipCallState): void {
    this.#state = state;
    for (const { changed } of this.#observers) changed?.(this);
  }

  #require(name: SipCallState['name']): void {
    if (this.#state.name !== name) throw noSuchCall(this.id);
  }
}

export const NO_SUCH_CALL = 'call_id_not_found';

/** What the API answers for a call that is over as well as for one that never was. */
export function noSuchCall(id: string): OpenAiError {
  return new OpenAiError(404, `No session found for call_id '${id}'.`, {
    param: 'call_id',
    code: NO_SUCH_CALL,
  });
}

/** The calls of a project. */
export class SipCalls {
  readonly #calls = new Map<string, SipCall>();
  readonly #watchers = new Set<(call: SipCall) => void>();
  readonly #keep = 1000;

  /** Tells of the changes of every call from now on; the answer takes that back. */
  watch(changed: (call: SipCall) => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** @param changed is told of every change of the call's state */
  ring(
    headers: readonly SipHeader[],
    changed: (call: SipCall) => void = () => undefined,
    leg?: SipLeg,
  ): SipCall {
    const tell = (call: SipCall): void => {
      for (const watcher of this.#watchers) watcher(call);
      changed(call);
    };
    const call = new SipCall(headers, tell, leg);
    this.#calls.set(call.id, call);
    for (const [id, old] of this.#calls) {
      if (this.#calls.size <= this.#keep) break;
      if (old.state.name !== 'ringing' && old.state.name !== 'active') this.#calls.delete(id);
    }
    return call;
  }

  /** Whether it was accepted and goes on. */
  isActive(id: string): boolean {
    return this.#calls.get(id)?.state.name === 'active';
  }

  /** @throws OpenAiError 404 */
  find(id: string): SipCall {
    const call = this.#calls.get(id);
    if (!call) throw noSuchCall(id);
    return call;
  }
}
