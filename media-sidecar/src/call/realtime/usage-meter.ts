import type { Clock } from '../../kernel/clock.ts';
import type { ResponseUsage, TranscriptionUsage } from '../../realtime/contract.ts';
import type { SpeechUsage } from '../../tts/contract.ts';
import type { CallRecorder, UsageRecord, UsageUnit } from '../ports.ts';
import { RecentMap } from '../recent-map.ts';

interface UsageMeterDeps {
  readonly clock: Clock;
  readonly recorder: Pick<CallRecorder, 'usage'>;
  readonly callId: string;
  readonly tenantId: string;
}

type Counted = Omit<UsageRecord, 'callId' | 'tenantId' | 'turnIndex' | 'atMs'>;

interface Pending {
  readonly turnId: string;
  readonly counted: Counted;
  readonly atMs: number;
}

/**
 * Records what model and voice counted, with the turn of the agent that it was for. A response that
 * only called tools counts for the turn that follows it.
 */
export class UsageMeter {
  readonly #deps: UsageMeterDeps;
  readonly #model: string;
  readonly #transcriptionModel: string;
  readonly #indexes = new RecentMap<number>();
  /** Responses whose usage was told. */
  readonly #told = new RecentMap<true>();
  /** In the order in which they came; those of turns that nobody hears yet. */
  #pending: Pending[] = [];
  #closed = false;

  constructor(deps: UsageMeterDeps, models: { model: string; transcriptionModel: string }) {
    this.#deps = deps;
    this.#model = models.model;
    this.#transcriptionModel = models.transcriptionModel;
  }

  response(responseId: string, usage: ResponseUsage): void {
    if (this.#told.has(responseId)) return;
    this.#told.set(responseId, true);
    this.#add(responseId, {
      service: 'realtime',
      provider: 'openai',
      model: this.#model,
      amounts: amountsOf(usage),
    });
  }

  /** Another voice than the model's said something of this turn. */
  voice(turnId: string, { provider, model, characters }: SpeechUsage): void {
    const amounts = { character: characters };
    this.#add(turnId, { service: 'text-to-speech', provider, model, amounts });
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
    const model = this.#transcriptionModel;
    const counted: Counted = { service: 'transcription', provider: 'openai', model, amounts };
    this.#record(counted, this.#deps.clock.nowMs());
  }

  /** The caller hears the first of what a response, or another voice, said. */
  turnStarted(turnId: string, index: number): void {
    this.#indexes.set(turnId, index);
    const at = this.#pending.findLastIndex((one) => one.turnId === turnId);
    // Its own may still be to come; what is there then came before it.
    const due = this.#pending.splice(0, at < 0 ? this.#pending.length : at + 1);
    for (const { counted, atMs } of due) this.#record(counted, atMs, index);
  }

  /** Writes what waits. What is counted after it is written at once. */
  close(): void {
    this.#closed = true;
    for (const { counted, atMs } of this.#pending.splice(0)) this.#record(counted, atMs);
  }

  #add(turnId: string, counted: Counted): void {
    const index = this.#indexes.get(turnId);
    const atMs = this.#deps.clock.nowMs();
    if (index !== undefined || this.#closed) this.#record(counted, atMs, index);
    else this.#pending.push({ turnId, counted, atMs });
  }

  #record(counted: Counted, atMs: number, turnIndex?: number): void {
    const amounts = Object.entries(counted.amounts).filter(([, amount]) => amount > 0);
    if (amounts.length === 0) return;
    const { callId, tenantId, recorder } = this.#deps;
    recorder.usage({
      callId,
      tenantId,
      ...(turnIndex === undefined ? {} : { turnIndex }),
      atMs,
      ...counted,
      amounts: Object.fromEntries(amounts),
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
