import type { Clock } from '../../kernel/clock.ts';
import type { ResponseUsage, TranscriptionUsage } from '../../realtime/contract.ts';
import type { CallRecorder, UsageRecord, UsageUnit } from '../ports.ts';
import { RecentMap } from '../recent-map.ts';

interface UsageMeterDeps {
  readonly clock: Clock;
  readonly recorder: Pick<CallRecorder, 'usage'>;
  readonly callId: string;
  readonly tenantId: string;
}

interface Pending {
  readonly responseId: string;
  readonly amounts: UsageRecord['amounts'];
  readonly atMs: number;
}

/**
 * Records what the model counted, with the turn of the agent that it was for. A response that only
 * called tools counts for the turn that follows it.
 */
export class UsageMeter {
  readonly #deps: UsageMeterDeps;
  readonly #model: string;
  readonly #transcriptionModel: string;
  readonly #indexes = new RecentMap<number>();
  /** In the order in which they came; those of turns that nobody hears yet. */
  #pending: Pending[] = [];

  constructor(deps: UsageMeterDeps, models: { model: string; transcriptionModel: string }) {
    this.#deps = deps;
    this.#model = models.model;
    this.#transcriptionModel = models.transcriptionModel;
  }

  response(responseId: string, usage: ResponseUsage): void {
    const pending = { responseId, amounts: amountsOf(usage), atMs: this.#deps.clock.nowMs() };
    const index = this.#indexes.get(responseId);
    if (index === undefined) this.#pending.push(pending);
    else this.#record(pending, index);
  }

  /** What the caller said belongs to no turn of the agent. */
  transcription(usage: TranscriptionUsage): void {
    const amounts =
      usage.type === 'duration'
        ? { second: usage.seconds }
        : {
            'text-input-token': usage.textInput,
            'audio-input-token': usage.audioInput,
            'text-output-token': usage.textOutput,
          };
    this.#write('transcription', this.#transcriptionModel, amounts, this.#deps.clock.nowMs());
  }

  /** The caller hears the first of what a response said. */
  turnStarted(responseId: string, index: number): void {
    this.#indexes.set(responseId, index);
    const at = this.#pending.findIndex((one) => one.responseId === responseId);
    // Its own may still be to come; what is there then came before it.
    const due = this.#pending.splice(0, at < 0 ? this.#pending.length : at + 1);
    for (const pending of due) this.#record(pending, index);
  }

  close(): void {
    for (const pending of this.#pending.splice(0)) this.#record(pending, undefined);
  }

  #record({ amounts, atMs }: Pending, turnIndex: number | undefined): void {
    this.#write('realtime', this.#model, amounts, atMs, turnIndex);
  }

  #write(
    service: 'realtime' | 'transcription',
    model: string,
    amounts: Partial<Record<UsageUnit, number>>,
    atMs: number,
    turnIndex?: number,
  ): void {
    const counted = Object.entries(amounts).filter(([, amount]) => amount > 0);
    if (counted.length === 0) return;
    const { callId, tenantId, recorder } = this.#deps;
    recorder.usage({
      callId,
      tenantId,
      ...(turnIndex === undefined ? {} : { turnIndex }),
      atMs,
      service,
      provider: 'openai',
      model,
      amounts: Object.fromEntries(counted),
    });
  }
}

/** A cached token counts under its own name only. */
function amountsOf(usage: ResponseUsage): Partial<Record<UsageUnit, number>> {
  return {
    'text-input-token': usage.textInput - usage.cachedTextInput,
    'cached-text-input-token': usage.cachedTextInput,
    'audio-input-token': usage.audioInput - usage.cachedAudioInput,
    'cached-audio-input-token': usage.cachedAudioInput,
    'text-output-token': usage.textOutput,
    'audio-output-token': usage.audioOutput,
  };
}
