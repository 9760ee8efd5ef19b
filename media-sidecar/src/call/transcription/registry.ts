import type { ListenLeg } from '../../telephony/contract.ts';
import { LiveTranscription, type LiveTranscriptionDeps } from './live-transcription.ts';
import type { ClaimedTranscription } from './ports.ts';

/** The live transcriptions of this process. */
export class TranscriptionRegistry {
  readonly #deps: LiveTranscriptionDeps;
  readonly #live = new Map<string, LiveTranscription>();

  constructor(deps: LiveTranscriptionDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#live.size;
  }

  get ids(): string[] {
    return [...this.#live.keys()];
  }

  /** @throws what voice activity or recognition throw; the leg is untouched then */
  start(leg: ListenLeg, claimed: ClaimedTranscription): LiveTranscription {
    const { transcriptionId, tenantId } = claimed;
    const logger = this.#deps.logger.child({ transcriptionId, tenantId });
    const transcription = new LiveTranscription({ ...this.#deps, logger }, leg, claimed);
    this.#live.set(transcriptionId, transcription);
    this.#reportSize();
    void transcription.ended.then(() => this.#forget(transcriptionId));
    try {
      transcription.start();
    } catch (error) {
      this.#forget(transcriptionId);
      throw error;
    }
    return transcription;
  }

  /** @returns false when this process does not have it */
  stop(transcriptionId: string): boolean {
    const transcription = this.#live.get(transcriptionId);
    transcription?.stop('stopped');
    return transcription !== undefined;
  }

  /** Waits for those there are; what still lives then is ended. */
  async drain(timeoutMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.schedule(timeoutMs, resolve);
    const live = [...this.#live.values()];
    await Promise.race([Promise.all(live.map(({ ended }) => ended)), late]);
    timer.cancel();
    for (const transcription of live) transcription.stop('drained');
    await Promise.all(live.map(({ ended }) => ended));
  }

  #forget(transcriptionId: string): void {
    this.#live.delete(transcriptionId);
    this.#reportSize();
  }

  #reportSize(): void {
    this.#deps.metrics.gauge('transcriptions_active', this.#live.size);
  }
}
