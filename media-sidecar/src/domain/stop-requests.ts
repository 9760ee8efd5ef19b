import type { Database } from '../db/database.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { endsAmong } from './calls/repository.ts';
import { stopsRequested } from './transcriptions/repository.ts';

export interface StopRequestParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What this process has. */
  readonly live: () => {
    readonly callIds: readonly string[];
    readonly transcriptionIds: readonly string[];
  };
  readonly endCall: (callId: string) => void;
  /** Ends one whose record another process has closed, because it took this one for dead. */
  readonly dropCall: (callId: string) => void;
  readonly stopTranscription: (transcriptionId: string) => void;
}

/** How long a wish that another replica took may go unnoticed. */
const pollMs = 2000;

/**
 * Carries out wishes to end what runs in this process, whichever replica was asked. The one that is
 * asked does so at once; this is for the others, and for a wish that comes before its subject begins.
 */
export class StopRequests {
  readonly #parts: StopRequestParts;
  #timer: Timer | undefined;
  #closed = false;

  constructor(parts: StopRequestParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.schedule(pollMs, () => {
      void this.check().finally(() => {
        if (!this.#closed) this.start();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Looks once. Never rejects. */
  async check(): Promise<void> {
    const { db, live, endCall, dropCall, stopTranscription, logger } = this.#parts;
    const { callIds, transcriptionIds } = live();
    if (callIds.length + transcriptionIds.length === 0) return;
    try {
      const found = await db.withSystem(async (tx) => ({
        calls: callIds.length === 0 ? undefined : await endsAmong(tx, callIds),
        transcriptions:
          transcriptionIds.length === 0 ? [] : await stopsRequested(tx, transcriptionIds),
      }));
      for (const id of found.calls?.requested ?? []) endCall(id);
      for (const id of found.calls?.closed ?? []) dropCall(id);
      for (const id of found.transcriptions) stopTranscription(id);
    } catch (error) {
      logger.warn({ err: error }, 'wishes to end could not be looked for');
    }
  }
}
