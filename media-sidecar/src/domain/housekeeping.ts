import type { CallRecorder } from '../call/ports.ts';
import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import { callsInProgressSince } from './calls/repository.ts';
import { deleteEventsBefore } from './events/repository.ts';
import { deleteSessionsBefore } from './sessions/repository.ts';
import { listTenants } from './tenants/repository.ts';

const hourMs = 3_600_000;
/** Twilio ends a call after four hours, unless the account was given more. */
const longestCallMs = 24 * hourMs;
const sessionsKeptMs = 24 * hourMs;
/** Longer than an event is tried to be delivered. */
const eventsKeptMs = 72 * hourMs;
const tenantsPerPage = 100;

/** Removes what is of no more use, and closes the records of calls whose process died. */
export class Housekeeping {
  readonly #db: Database;
  readonly #recorder: CallRecorder;
  readonly #clock: Clock;

  constructor(db: Database, recorder: CallRecorder, clock: Clock) {
    this.#db = db;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  async tidyUp(): Promise<void> {
    let after: string | undefined;
    do {
      const page = { limit: tenantsPerPage, ...(after !== undefined && { after }) };
      const tenants = await this.#db.withSystem((tx) => listTenants(tx, page));
      for (const tenant of tenants) await this.#tidyUpOne(tenant.id);
      after = tenants.length < tenantsPerPage ? undefined : tenants.at(-1)?.slug;
    } while (after !== undefined);
    await this.#recorder.flush();
  }

  async #tidyUpOne(tenantId: string): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const abandoned = await this.#db.withTenant(tenantId, async (tx) => {
      await deleteSessionsBefore(tx, new Date(nowMs - sessionsKeptMs));
      await deleteEventsBefore(tx, new Date(nowMs - eventsKeptMs));
      return callsInProgressSince(tx, new Date(nowMs - longestCallMs));
    });
    for (const callId of abandoned) {
      this.#recorder.callEnded({
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
