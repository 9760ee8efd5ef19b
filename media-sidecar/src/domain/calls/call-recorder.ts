import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { RetryPolicy } from 'cockatiel';
import type { CallEnding, CallRecorder, TurnRecord } from '../../call/ports.ts';
import type { Database, TenantDb } from '../../db/database.ts';
import { sqlState } from '../../db/sql.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { EventPublisher } from '../events/publisher.ts';
import type { EventData } from '../events/schema.ts';
import { endCall, findCall, findTurn, insertTurn, startCall, turnsOf } from './repository.ts';
import type { Call } from './schema.ts';

export interface RecorderOptions {
  /** How often a write is tried again while the database is away. @defaultValue 20 */
  readonly maxRetries?: number;
  /** @defaultValue 100 */
  readonly firstDelayMs?: number;
  /** @defaultValue 10000 */
  readonly maxDelayMs?: number;
}

const defaults = {
  maxRetries: 20,
  firstDelayMs: 100,
  maxDelayMs: 10_000,
} as const satisfies RecorderOptions;

/**
 * Writes the records of calls off the frame path: in order per call, retried, each write together
 * with its event in one transaction. A write that was stored although its answer was lost is
 * recognised when it is tried again, and its event is not told twice.
 */
export class StoredCallRecorder implements CallRecorder {
  readonly #db: Pick<Database, 'withTenant'>;
  readonly #publisher: EventPublisher;
  readonly #logger: Logger;
  readonly #retry: RetryPolicy;
  /** The last write of each call that has any under way. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(
    parts: {
      readonly db: Pick<Database, 'withTenant'>;
      readonly publisher: EventPublisher;
      readonly logger: Logger;
    },
    options: RecorderOptions = {},
  ) {
    this.#db = parts.db;
    this.#publisher = parts.publisher;
    this.#logger = parts.logger;
    this.#retry = retry(handleWhen(isTransient), {
      maxAttempts: options.maxRetries ?? defaults.maxRetries,
      backoff: new ExponentialBackoff({
        initialDelay: options.firstDelayMs ?? defaults.firstDelayMs,
        maxDelay: options.maxDelayMs ?? defaults.maxDelayMs,
      }),
    });
  }

  callStarted(started: { callId: string; tenantId: string; startedAtMs: number }): void {
    this.#write(started, async (tx) => {
      if (!(await startCall(tx, started.callId, new Date(started.startedAtMs)))) return undefined;
      const call = await existing(tx, started.callId);
      return { type: 'call.started', data: { tenant: call.tenant, call } };
    });
  }

  turn(turn: TurnRecord): void {
    this.#write(turn, async (tx) => {
      if (!(await insertTurn(tx, turn))) return undefined;
      const call = await existing(tx, turn.callId);
      const stored = await findTurn(tx, turn.callId, turn.index);
      if (stored === undefined) return undefined;
      return { type: 'call.turn', data: { tenant: call.tenant, call, turn: stored } };
    });
  }

  callEnded(ending: CallEnding): void {
    this.#write(ending, async (tx) => {
      if (!(await endCall(tx, ending))) return undefined;
      const call = await existing(tx, ending.callId);
      const turns = await turnsOf(tx, ending.callId);
      const type = call.status === 'failed' ? 'call.failed' : 'call.completed';
      return { type, data: { tenant: call.tenant, call: { ...call, turns } } };
    });
  }

  async flush(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }

  #write(
    about: { readonly callId: string; readonly tenantId: string },
    work: (tx: TenantDb) => Promise<EventData | undefined>,
  ): void {
    const { callId, tenantId } = about;
    const store = (): Promise<void> =>
      this.#db.withTenant(tenantId, async (tx) => {
        const event = await work(tx);
        if (event !== undefined) await this.#publisher.publish(tx, event);
      });
    const tail = (this.#tails.get(callId) ?? Promise.resolve())
      .then(() => this.#retry.execute(store))
      .then(() => this.#publisher.committed())
      .catch((error: unknown) => {
        this.#logger.error({ err: error, callId, tenantId }, 'part of a call was not recorded');
      })
      .finally(() => {
        if (this.#tails.get(callId) === tail) this.#tails.delete(callId);
      });
    this.#tails.set(callId, tail);
  }
}

async function existing(tx: TenantDb, callId: string): Promise<Call> {
  const call = await findCall(tx, { id: callId });
  if (call === undefined) throw new Error('the call is not there');
  return call;
}

/**
 * Whether the same write may succeed later. Data that does not fit, a broken rule or a bad statement
 * (SQLSTATE classes 22, 23, 42) stay wrong however often they are sent.
 */
function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return !/^(?:22|23|42|44)/.test(state);
  return typeof error === 'object' && error !== null && 'code' in error
    ? true
    : error instanceof Error && /connection|timeout|terminated/i.test(error.message);
}
