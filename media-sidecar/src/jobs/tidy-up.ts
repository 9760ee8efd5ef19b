import { z } from 'zod';
import type { CallRecorder } from '../call/ports.ts';
import type { Database } from '../db/database.ts';
import { callsInProgressSince } from '../domain/calls/repository.ts';
import { deleteEventsBefore } from '../domain/events/repository.ts';
import { deleteSessionsBefore } from '../domain/sessions/repository.ts';
import { listTenants } from '../domain/tenants/repository.ts';
import type { Clock } from '../kernel/clock.ts';
import type { JobDefinition } from './queue.ts';

const hourMs = 3_600_000;
/** Twilio ends a call after four hours, unless the account was given more. */
const longestCallMs = 24 * hourMs;
const sessionsKeptMs = 24 * hourMs;
/** Longer than an event is tried to be delivered. */
const eventsKeptMs = 72 * hourMs;
const tenantsPerPage = 100;

/** Removes what is of no more use, and closes the records of calls whose process died. */
export function tidyUpJob(parts: {
  readonly db: Database;
  readonly recorder: CallRecorder;
  readonly clock: Clock;
}): JobDefinition<object> {
  const { db, recorder, clock } = parts;

  async function tidy(tenantId: string): Promise<void> {
    const nowMs = clock.nowMs();
    const abandoned = await db.withTenant(tenantId, async (tx) => {
      await deleteSessionsBefore(tx, new Date(nowMs - sessionsKeptMs));
      await deleteEventsBefore(tx, new Date(nowMs - eventsKeptMs));
      return callsInProgressSince(tx, new Date(nowMs - longestCallMs));
    });
    for (const callId of abandoned) {
      recorder.callEnded({
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

  return {
    name: 'tidy-up',
    schema: z.looseObject({}),
    queue: { policy: 'singleton', retryLimit: 0 },
    cron: '17 * * * *',
    async handle() {
      let after: string | undefined;
      do {
        const page = { limit: tenantsPerPage, ...(after !== undefined && { after }) };
        const tenants = await db.withSystem((tx) => listTenants(tx, page));
        for (const tenant of tenants) await tidy(tenant.id);
        after = tenants.length < tenantsPerPage ? undefined : tenants.at(-1)?.slug;
      } while (after !== undefined);
    },
  };
}
