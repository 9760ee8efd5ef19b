import { DateTime } from 'luxon';
import type { CallActions, CallSubject, ToolOutcome } from '../call/ports.ts';
import type { TenantDb } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { within } from '../kernel/within.ts';
import { findCall, saveEscalation, storable } from './calls/repository.ts';
import { saveCallback } from './callbacks/repository.ts';
import { insertEntry } from './compliance/do-not-call-repository.ts';
import type { EventData } from './events/schema.ts';
import { newId } from './identifiers.ts';
import type { OrderedWrites } from './ordered-writes.ts';
import { phoneNumberSchema } from './phone-numbers/schema.ts';
import { toReference } from './tenants/schema.ts';

export interface CallActionOptions {
  /** How far ahead a callback may be, in days. @defaultValue 90 */
  readonly maxDaysAhead?: number;
  /** How long an agent waits for the database, in ms. What was asked for is written later then. @defaultValue 5000 */
  readonly patienceMs?: number;
}

const defaults = { maxDaysAhead: 90, patienceMs: 5000 } as const satisfies CallActionOptions;

/** Somebody says «now» and means it, although a minute has gone by until it arrives here. */
const pastToleranceMs = 120_000;

/** What the model is told, to put into words. */
type Answer = Readonly<Record<string, unknown>>;

/** What the agent of a call does outside of it: written in order with the records of the call. */
export class StoredCallActions implements CallActions {
  readonly #writes: OrderedWrites;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: Required<CallActionOptions>;

  /** @param parts the writes must be those of the recorder of calls */
  constructor(
    parts: { readonly writes: OrderedWrites; readonly clock: Clock; readonly logger: Logger },
    options: CallActionOptions = {},
  ) {
    this.#writes = parts.writes;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#options = { ...defaults, ...options };
  }

  async scheduleCallback(
    subject: CallSubject,
    request: { readonly at?: string; readonly phoneNumber?: string; readonly reason?: string },
  ): Promise<ToolOutcome> {
    const phoneNumber = numberOf(subject, request.phoneNumber);
    if ('error' in phoneNumber) return told(phoneNumber);
    const due = this.#due(subject, request.at);
    if ('error' in due) return told(due);
    const now = new Date(this.#clock.nowMs()).toISOString();
    const wanted = {
      id: newId(),
      callId: subject.callId,
      phoneNumber: phoneNumber.e164,
      dueAt: due.at.toUTC().toISO() ?? now,
      reason: request.reason === undefined ? null : storable(request.reason),
      createdAt: now,
    };
    return this.#do(subject, async (tx) => {
      const { callback: stored, isNews } = await saveCallback(tx, wanted);
      const tenant = toReference(subject.tenant);
      const callback = { ...stored, tenant };
      return {
        result: {
          ok: true,
          phone_number: callback.phoneNumber,
          at: request.at === undefined ? 'as soon as possible' : localTime(due.at),
        },
        events: isNews ? [{ type: 'callback.requested', data: { tenant, callback } }] : [],
      };
    });
  }

  optOut(subject: CallSubject, request: { readonly reason?: string }): Promise<ToolOutcome> {
    const phoneNumber = otherSide(subject);
    if (phoneNumber === undefined) return Promise.resolve(told({ error: 'number-withheld' }));
    const reason = request.reason === undefined ? null : storable(request.reason);
    const { callId } = subject;
    const addedAt = new Date(this.#clock.nowMs());
    return this.#do(subject, async (tx) => {
      const isNew = await insertEntry(tx, { phoneNumber, reason, source: 'call', addedAt });
      const data = { tenant: toReference(subject.tenant), phoneNumber, callId, reason };
      return {
        result: { ok: true },
        // Whoever was on the list already has nothing to be told of.
        events: isNew ? [{ type: 'contact.opted_out', data }] : [],
      };
    });
  }

  escalated(
    subject: CallSubject,
    request: { readonly reason?: string; readonly summary?: string },
  ): void {
    const { callId, tenant } = subject;
    const id = newId();
    const escalation = {
      reason: request.reason === undefined ? null : storable(request.reason),
      summary: request.summary === undefined ? null : storable(request.summary),
      phoneNumber: tenant.escalationNumber ?? null,
    };
    this.#writes.add({
      subject: callId,
      tenantId: tenant.id,
      work: async (tx) => {
        if (!(await saveEscalation(tx, callId, id, escalation))) return undefined;
        const call = await findCall(tx, { id: callId });
        if (call === undefined) throw new Error('the call is not there');
        return { type: 'call.escalated', data: { tenant: call.tenant, call, escalation } };
      },
      onLost: (error) => this.#lost(subject, error),
    });
  }

  /** Waits for the write, but no longer than somebody on the phone does. Never rejects. */
  async #do(
    subject: CallSubject,
    work: (
      tx: TenantDb,
    ) => Promise<{ readonly result: Answer; readonly events: readonly EventData[] }>,
  ): Promise<ToolOutcome> {
    const { callId, tenant } = subject;
    const written = this.#writes
      .run({ subject: callId, tenantId: tenant.id, work })
      .then(told, (error: unknown): ToolOutcome => {
        this.#lost(subject, error);
        return { ok: false, reason: 'failed' };
      });
    const patience = { clock: this.#clock, ms: this.#options.patienceMs };
    return within(patience, written, { ok: false, reason: 'late' });
  }

  #due(
    subject: CallSubject,
    at: string | undefined,
  ): { readonly at: DateTime } | { readonly error: string; readonly now: string } {
    const now = DateTime.fromMillis(this.#clock.nowMs(), { zone: subject.tenant.timezone });
    if (at === undefined) return { at: now };
    const iso = at.trim().replace(/ +/, 'T');
    const wanted = DateTime.fromISO(iso, { zone: subject.tenant.timezone });
    // A date alone is no time at which somebody could be called.
    if (!wanted.isValid || !/T\d/i.test(iso))
      return { error: 'time-not-understood', ...clockOf(now) };
    if (wanted.toMillis() < now.toMillis() - pastToleranceMs) {
      return { error: 'time-in-the-past', ...clockOf(now) };
    }
    if (wanted > now.plus({ days: this.#options.maxDaysAhead })) {
      return { error: 'time-too-far-ahead', ...clockOf(now) };
    }
    return { at: wanted };
  }

  #lost({ callId, tenant }: CallSubject, error: unknown): void {
    this.#logger.error(
      { err: error, callId, tenantId: tenant.id },
      'what an agent did in a call was not recorded',
    );
  }
}

function told(result: Answer): ToolOutcome {
  return { ok: true, result };
}

function otherSide(subject: CallSubject): string | undefined {
  return subject.direction === 'inbound' ? subject.from : subject.to;
}

function numberOf(
  subject: CallSubject,
  given: string | undefined,
): { readonly e164: string } | { readonly error: string } {
  if (given === undefined) {
    const own = otherSide(subject);
    return own === undefined ? { error: 'number-withheld' } : { e164: own };
  }
  // People and models write numbers in groups.
  const parsed = phoneNumberSchema.safeParse(given.replaceAll(/[\s().-]/g, ''));
  return parsed.success ? { e164: parsed.data } : { error: 'phone-number-invalid' };
}

/** What time it is at the company: without it a model cannot mend what it asked for. */
function clockOf(now: DateTime): { readonly now: string } {
  return { now: localTime(now) };
}

function localTime(at: DateTime): string {
  return at.setLocale('en').toFormat("cccc yyyy-MM-dd'T'HH:mm");
}
