import type { Database, TenantDb } from '../../db/database.ts';

/** What a transaction meets: `before` it anything was sent, or `after` it was committed. */
export interface Fault {
  readonly when: 'before' | 'after';
  readonly error: Error;
  /** It takes until then. */
  readonly until?: Promise<void>;
}

export const lostConnection = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
export const shuttingDown = Object.assign(new Error('shutting down'), { code: '57P01' });

/** Retries that no test has to wait for. */
export const quickRetries = { firstDelayMs: 1, maxDelayMs: 2 } as const;

/** A database whose transactions meet the faults that a test prepared, one each. */
export class FlakyDatabase implements Pick<Database, 'withTenant'> {
  faults: Fault[] = [];
  attempts = 0;
  /** Nothing is answered any more. */
  isAway = false;
  readonly #db: Pick<Database, 'withTenant'>;

  constructor(db: Pick<Database, 'withTenant'>) {
    this.#db = db;
  }

  /** The next transaction is committed, and nobody hears of it. */
  loseNextAnswer(): void {
    this.faults.push({ when: 'after', error: lostConnection });
  }

  async withTenant<T>(tenantId: string, work: (tx: TenantDb) => Promise<T>): Promise<T> {
    this.attempts += 1;
    if (this.isAway) return new Promise<never>(() => undefined);
    const fault = this.faults.shift();
    await fault?.until;
    if (fault?.when === 'before') throw fault.error;
    const result = await this.#db.withTenant(tenantId, work);
    if (fault !== undefined) throw fault.error;
    return result;
  }
}
