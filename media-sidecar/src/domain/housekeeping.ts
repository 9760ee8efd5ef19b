import type { CallRecorder, TranscriptionRecorder } from '../call/ports.ts';
import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import { callsInProgressSince } from './calls/repository.ts';
import type { DeliveryQueue } from './events/ports.ts';
import { deleteEventsBefore } from './events/repository.ts';
import type { Page } from './paging.ts';
import { deleteSessionsBefore } from './sessions/repository.ts';
import { listTenants } from './tenants/repository.ts';
import { abandonedTranscriptions } from './transcriptions/repository.ts';

const hourMs = 3_600_000;
/** The longest that `CALL_LIMIT_MS` allows (config/config.ts). */
export const longestConversationMs = 2 * hourMs;
/** A conversation that began so long ago has ended, its last words and its record included. */
const conversationsEndWithinMs = longestConversationMs + hourMs / 4;
/** A transcription lasts as long as its call: four hours, unless Twilio gave the account up to a day. */
const longestTranscriptionMs = 24 * hourMs;
const sessionsKeptMs = 24 * hourMs;
/** OpenAI announces a call again for up to three days. */
const openAiCallsKeptMs = 96 * hourMs;
/** And for as long as somebody is still to be told of them. */
const eventsKeptMs = 72 * hourMs;
const tenantsPerPage = 100;

type Calls = Pick<CallRecorder, 'callEnded'> & { written(callId: string): Promise<void> };
type Transcriptions = Pick<TranscriptionRecorder, 'ended'> & {
  written(transcriptionId: string): Promise<void>;
};
type Deliveries = Pick<DeliveryQueue, 'undelivered'>;

/** Removes what is of no more use, and closes the records of calls whose process died. */
export class Housekeeping {
  readonly #db: Database;
  readonly #calls: Calls;
  readonly #transcriptions: Transcriptions;
  readonly #deliveries: Deliveries;
  readonly #clock: Clock;

  constructor(
    db: Database,
    records: {
      readonly calls: Calls;
      readonly transcriptions: Transcriptions;
      readonly deliveries: Deliveries;
    },
    clock: Clock,
  ) {
    this.#db = db;
    this.#calls = records.calls;
    this.#transcriptions = records.transcriptions;
    this.#deliveries = records.deliveries;
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
  }

  async #tidyUpOne(tenantId: string): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const abandoned = await this.#db.withTenant(tenantId, async (tx) => {
      await deleteSessionsBefore(tx, {
        any: new Date(nowMs - sessionsKeptMs),
        withOpenAiCall: new Date(nowMs - openAiCallsKeptMs),
      });
      const undelivered = await this.#deliveries.undelivered(tx);
      await deleteEventsBefore(tx, new Date(nowMs - eventsKeptMs), undelivered);
      return {
        calls: await callsInProgressSince(tx, new Date(nowMs - conversationsEndWithinMs)),
        transcriptions: await abandonedTranscriptions(tx, {
          expired: new Date(nowMs),
          started: new Date(nowMs - longestTranscriptionMs),
        }),
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
    await Promise.all([
      ...abandoned.transcriptions.map(({ id }) => this.#transcriptions.written(id)),
      ...abandoned.calls.map((callId) => this.#calls.written(callId)),
    ]);
  }
}
