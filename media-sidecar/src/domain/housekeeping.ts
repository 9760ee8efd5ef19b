import type { CallRecorder, TranscriptionRecorder } from '../call/ports.ts';
import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import { callsInProgressSince } from './calls/repository.ts';
import { deleteEventsBefore } from './events/repository.ts';
import type { Page } from './paging.ts';
import { deleteSessionsBefore } from './sessions/repository.ts';
import { listTenants } from './tenants/repository.ts';
import { abandonedTranscriptions } from './transcriptions/repository.ts';

const hourMs = 3_600_000;
/** Twilio ends a call after four hours, unless the account was given more. */
const longestCallMs = 24 * hourMs;
const sessionsKeptMs = 24 * hourMs;
/** OpenAI announces a call again for up to three days. */
const openAiCallsKeptMs = 96 * hourMs;
/** Longer than an event is tried to be delivered. */
const eventsKeptMs = 72 * hourMs;
const tenantsPerPage = 100;

type Flushing<T> = T & { flush(): Promise<void> };

/** Removes what is of no more use, and closes the records of calls whose process died. */
export class Housekeeping {
  readonly #db: Database;
  readonly #calls: CallRecorder;
  readonly #transcriptions: Flushing<TranscriptionRecorder>;
  readonly #clock: Clock;

  constructor(
    db: Database,
    recorders: {
      readonly calls: CallRecorder;
      readonly transcriptions: Flushing<TranscriptionRecorder>;
    },
    clock: Clock,
  ) {
    this.#db = db;
    this.#calls = recorders.calls;
    this.#transcriptions = recorders.transcriptions;
    this.#clock = clock;
  }

  async tidyUp(): Promise<void> {
    let after: string | undefined;
    do {
      const page: Page<string> = { after, limit: tenantsPerPage };
      const tenants = await this.#db.withSystem((tx) => listTenants(tx, page));
      for (const tenant of tenants) await this.#tidyUpOne(tenant.id);
      after = tenants.length < tenantsPerPage ? undefined : tenants.at(-1)?.slug;
    } while (after !== undefined);
    await this.#calls.flush();
    await this.#transcriptions.flush();
  }

  async #tidyUpOne(tenantId: string): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const abandoned = await this.#db.withTenant(tenantId, async (tx) => {
      await deleteSessionsBefore(tx, {
        any: new Date(nowMs - sessionsKeptMs),
        withOpenAiCall: new Date(nowMs - openAiCallsKeptMs),
      });
      await deleteEventsBefore(tx, new Date(nowMs - eventsKeptMs));
      const started = new Date(nowMs - longestCallMs);
      return {
        calls: await callsInProgressSince(tx, started),
        transcriptions: await abandonedTranscriptions(tx, { expired: new Date(nowMs), started }),
      };
    });
    for (const { id, neverStarted } of abandoned.transcriptions) {
      this.#transcriptions.ended({
        transcriptionId: id,
        tenantId,
        endedAtMs: nowMs,
        reason: neverStarted ? 'never-started' : 'connection-lost',
        gaps: [],
      });
    }
    for (const callId of abandoned.calls) {
      this.#calls.callEnded({
        callId,
        tenantId,
        endedAtMs: nowMs,
        reason: 'connection-lost',
        framesReceived: 0,
        framesLost: 0,
        framesSent: 0,
      });
    }
  }
}
