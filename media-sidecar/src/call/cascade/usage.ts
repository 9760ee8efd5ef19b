import type { Clock } from '../../kernel/clock.ts';
import type { ModelUsage } from '../../llm/contract.ts';
import type { ListeningUsage } from '../../stt/contract.ts';
import type { SpeechUsage } from '../../tts/contract.ts';
import type { CallRecorder, ClaimedSession, UsageRecord } from '../ports.ts';

/** A call's context has all of these. */
export interface UsageDeps {
  readonly clock: Clock;
  readonly recorder: Pick<CallRecorder, 'usage'>;
  readonly session: ClaimedSession;
}

type Counted = Omit<UsageRecord, 'callId' | 'tenantId' | 'turnIndex'>;

/** What the recogniser heard belongs to no turn of the agent. */
export function recordListening(
  deps: UsageDeps,
  { provider, model, seconds }: ListeningUsage,
): void {
  record(deps, {
    atMs: deps.clock.nowMs(),
    service: 'speech-to-text',
    ...{ provider, model },
    amounts: { second: seconds },
  });
}

/**
 * Records what was counted for one reply, with the agent's turn that it became. That is known when
 * the reply sounds, long after the first of it was counted; what nobody ever hears costs too.
 */
export class ReplyUsage {
  readonly #deps: UsageDeps;
  #waiting: Counted[] | undefined = [];
  #turnIndex: number | undefined;

  constructor(deps: UsageDeps) {
    this.#deps = deps;
  }

  /** The caller hears the reply. */
  turnStarted(index: number): void {
    this.#turnIndex ??= index;
    this.close();
  }

  model({ provider, model, ...tokens }: ModelUsage): void {
    const { inputTokens, cachedInputTokens, outputTokens } = tokens;
    this.#add({
      atMs: this.#deps.clock.nowMs(),
      service: 'language-model',
      ...{ provider, model },
      amounts: {
        'text-input-token': inputTokens - cachedInputTokens,
        'cached-text-input-token': cachedInputTokens,
        'text-output-token': outputTokens,
      },
    });
  }

  voice({ provider, model, characters }: SpeechUsage): void {
    this.#add({
      atMs: this.#deps.clock.nowMs(),
      service: 'text-to-speech',
      ...{ provider, model },
      amounts: { character: characters },
    });
  }

  /** Writes what waits. What is counted after it is written at once. */
  close(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const counted of waiting) record(this.#deps, counted, this.#turnIndex);
  }

  #add(counted: Counted): void {
    if (this.#waiting) this.#waiting.push(counted);
    else record(this.#deps, counted, this.#turnIndex);
  }
}

function record({ recorder, session }: UsageDeps, counted: Counted, turnIndex?: number): void {
  const amounts = Object.entries(counted.amounts).filter(([, amount]) => amount > 0);
  if (amounts.length === 0) return;
  recorder.usage({
    callId: session.callId,
    tenantId: session.tenant.id,
    ...(turnIndex === undefined ? {} : { turnIndex }),
    ...counted,
    amounts: Object.fromEntries(amounts),
  });
}
