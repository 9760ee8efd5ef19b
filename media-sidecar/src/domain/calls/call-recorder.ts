import type { CallEnding, CallRecorder, TurnRecord, UsageRecord } from '../../call/ports.ts';
import type { TenantDb } from '../../db/database.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PriceTable } from '../costs/price-table.ts';
import type { EventToTell } from '../events/publisher.ts';
import type { EventData } from '../events/schema.ts';
import { storeUsages, type IdentifiedUsage } from '../costs/usage.ts';
import { newId } from '../identifiers.ts';
import { BulkWork, type OrderedWrite, type OrderedWrites } from '../ordered-writes.ts';
import { endCall, findCall, findTurn, insertTurns, startCall, turnsOf } from './repository.ts';
import type { Call } from './schema.ts';

/** Workflows are told of a turn when it is stored. */
const TURN_PATIENCE_MS = 1000;
/** It is stored with the turn that follows: costs and budgets are that much behind. */
const USAGE_PATIENCE_MS = 10_000;

/**
 * Writes the records of calls off the frame path: in order per call, retried, each write together
 * with its event in one transaction. A write that was stored although its answer was lost is
 * recognised when it is tried again, and its event is not told twice.
 */
export class StoredCallRecorder implements CallRecorder {
  readonly #writes: OrderedWrites;
  readonly #prices: PriceTable;
  readonly #logger: Logger;

  /** @param parts the writes may be shared with others that tell of the same calls */
  constructor(parts: {
    readonly writes: OrderedWrites;
    readonly prices: PriceTable;
    readonly logger: Logger;
  }) {
    this.#writes = parts.writes;
    this.#prices = parts.prices;
    this.#logger = parts.logger;
  }

  callStarted(started: { callId: string; tenantId: string; startedAtMs: number }): void {
    this.#write(started, async (tx) => {
      if (!(await startCall(tx, started.callId, new Date(started.startedAtMs)))) return undefined;
      return {
        type: 'call.started',
        read: async () => {
          const call = await existing(tx, started.callId);
          return { type: 'call.started', data: { tenant: call.tenant, call } };
        },
      };
    });
  }

  turn(turn: TurnRecord): void {
    this.#write(turn, BulkWork.of(storeTurns, turn), TURN_PATIENCE_MS);
  }

  usage(usage: UsageRecord): void {
    const work = BulkWork.of(this.#storeUsages, { ...usage, id: newId() });
    this.#write(usage, work, USAGE_PATIENCE_MS);
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

  /** Resolves when what was handed in about a call is stored, or lost. */
  written(callId: string): Promise<void> {
    return this.#writes.written(callId);
  }

  flush(): Promise<void> {
    return this.#writes.flush();
  }

  readonly #storeUsages = (tx: TenantDb, usages: readonly IdentifiedUsage[]) =>
    storeUsages(tx, usages, this.#prices);

  #write(
    { callId, tenantId }: { readonly callId: string; readonly tenantId: string },
    work: OrderedWrite['work'],
    patienceMs = 0,
  ): void {
    this.#writes.add({
      subject: callId,
      tenantId,
      patienceMs,
      work,
      onLost: (error) =>
        this.#logger.error({ err: error, callId, tenantId }, 'part of a call was not recorded'),
    });
  }
}

async function storeTurns(tx: TenantDb, turns: readonly TurnRecord[]): Promise<EventToTell[]> {
  const stored = await insertTurns(tx, turns);
  return stored.map((turn) => ({ type: 'call.turn', read: () => turnEvent(tx, turn) }));
}

async function turnEvent(tx: TenantDb, { callId, index }: TurnRecord): Promise<EventData> {
  const call = await existing(tx, callId);
  const turn = await findTurn(tx, callId, index);
  if (turn === undefined) throw new Error('the turn is not there');
  return { type: 'call.turn', data: { tenant: call.tenant, call, turn } };
}

async function existing(tx: TenantDb, callId: string): Promise<Call> {
  const call = await findCall(tx, { id: callId });
  if (call === undefined) throw new Error('the call is not there');
  return call;
}
