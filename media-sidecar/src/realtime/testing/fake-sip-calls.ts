import type { ProviderError } from '../../kernel/errors.ts';
import type { RealtimeSettings, SipCalls } from '../contract.ts';

export type SipRequest = { readonly callId: string } & (
  | { readonly do: 'accept'; readonly settings: RealtimeSettings }
  | { readonly do: 'reject'; readonly statusCode: number }
  | { readonly do: 'refer'; readonly targetUri: string }
  | { readonly do: 'hang-up' }
);

/** Keeps what was asked; says yes unless told otherwise. */
export class FakeSipCalls implements SipCalls {
  readonly requests: SipRequest[] = [];
  readonly #failures: { readonly kind: SipRequest['do']; readonly error: Error }[] = [];

  /** What was asked, in order. */
  get asked(): string[] {
    return this.requests.map((request) => request.do);
  }

  /** The next request of a kind is answered with this. */
  failNext(kind: SipRequest['do'], error: ProviderError | Error): void {
    this.#failures.push({ kind, error });
  }

  accept(callId: string, settings: RealtimeSettings): Promise<void> {
    return this.#answer({ do: 'accept', callId, settings });
  }

  reject(callId: string, statusCode: number): Promise<void> {
    return this.#answer({ do: 'reject', callId, statusCode });
  }

  refer(callId: string, targetUri: string): Promise<void> {
    return this.#answer({ do: 'refer', callId, targetUri });
  }

  hangUp(callId: string): Promise<void> {
    return this.#answer({ do: 'hang-up', callId });
  }

  async #answer(request: SipRequest): Promise<void> {
    this.requests.push(request);
    const at = this.#failures.findIndex(({ kind }) => kind === request.do);
    const [failure] = at < 0 ? [] : this.#failures.splice(at, 1);
    if (failure) throw failure.error;
  }
}
