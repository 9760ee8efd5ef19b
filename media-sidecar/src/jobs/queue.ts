import { PgBoss, fromKysely } from 'pg-boss';
import type { Queue } from 'pg-boss';
import type { z } from 'zod';
import type { Logger } from '../kernel/logger.ts';

export interface JobDefinition<T> {
  readonly name: string;
  /** Jobs are stored: one that an older version wrote may look different. */
  readonly schema: z.ZodType<T>;
  readonly queue: Omit<Queue, 'name'>;
  /** @defaultValue 1 */
  readonly concurrency?: number;
  /** Five fields, in UTC; absent: it runs when it is asked for. */
  readonly cron?: string;
  /** Resolves when the job is done with; rejects when it is to be tried again. */
  handle(data: T, attempt: JobAttempt): Promise<void>;
}

/** Where the queue keeps its tables. */
export interface JobStore {
  /** Whether it is PGlite. */
  readonly embedded: boolean;
  /** As the owner of the schema. */
  readonly ownerPool: {
    query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  };
}

/** A transaction that a job is added in. */
export interface JobTransaction {
  readonly db: Parameters<typeof fromKysely>[0];
}

export interface JobAttempt {
  /** Counts from 0. */
  readonly retryCount: number;
  /** Whether another rejection would be the last. */
  readonly last: boolean;
}

/** How often an idle worker looks for jobs that nobody woke it for, in seconds. */
const pollingIntervalSeconds = 1;

/**
 * Background jobs on pg-boss. Its tables belong to no tenant: a job carries ids, and what it is
 * about is read under the tenant's own role.
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #store: JobStore;
  readonly #logger: Logger;
  readonly #workers = new Map<string, string[]>();

  constructor(store: JobStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    this.#boss = new PgBoss({
      // The pool that everybody uses: the embedded database stands only one connection.
      db: { executeSql: (text, values) => store.ownerPool.query(text, values) },
      schema: 'pgboss',
      ...(store.embedded && { backend: 'pglite', reindex: false, monitorVacuum: false }),
    });
    this.#boss.on('error', (error) => logger.error({ err: error }, 'job queue error'));
  }

  /** Creates the queues and begins to work. */
  async start(definitions: readonly JobDefinition<object>[]): Promise<void> {
    await this.#boss.start();
    for (const definition of definitions) await this.#createQueue(definition);
    // An event and its deliveries are written in one transaction, under the tenant's role.
    await this.#store.ownerPool.query(
      `grant usage on schema pgboss to voice_tenant;
       grant select, insert on pgboss.job, pgboss.job_common to voice_tenant;
       grant select on pgboss.queue to voice_tenant`,
    );
    for (const definition of definitions) await this.#work(definition);
  }

  /** Adds jobs as part of a tenant's transaction. */
  async insert(
    tx: JobTransaction,
    name: string,
    jobs: readonly { readonly id: string; readonly data: object; readonly key: string }[],
  ): Promise<void> {
    await this.#boss.insert(
      name,
      jobs.map(({ id, data, key }) => ({ id, data, singletonKey: key })),
      { db: fromKysely(tx.db) },
    );
  }

  /** Data of the jobs that are not done with, of those whose data has these properties. */
  async open(tx: JobTransaction, name: string, properties: object): Promise<unknown[]> {
    const { rows } = await fromKysely(tx.db).executeSql(
      `select data from pgboss.job where name = $1 and state < 'completed' and data @> $2`,
      [name, JSON.stringify(properties)],
    );
    return rows.map((row: { readonly data?: unknown }) => row.data);
  }

  /** Has the workers of this process look for jobs at once. */
  wake(name: string): void {
    for (const worker of this.#workers.get(name) ?? []) this.#boss.notifyWorker(worker);
  }

  /** Lets running jobs end. @param timeoutMs how long they may take */
  async stop(timeoutMs: number): Promise<void> {
    // pg-boss wants at least a second.
    await this.#boss.stop({ graceful: true, timeout: Math.max(1000, timeoutMs) });
  }

  async #createQueue(definition: JobDefinition<object>): Promise<void> {
    const { name, queue } = definition;
    if ((await this.#boss.getQueue(name)) === null) {
      await this.#boss.createQueue(name, queue);
    } else {
      // What an older version made, with its retries; a policy and partitions are for good.
      const { policy: _policy, partition: _partition, ...changeable } = queue;
      await this.#boss.updateQueue(name, changeable);
    }
    if (definition.cron !== undefined) await this.#boss.schedule(name, definition.cron);
  }

  async #work(definition: JobDefinition<object>): Promise<void> {
    const { name } = definition;
    const workers: string[] = [];
    this.#workers.set(name, workers);
    for (let i = 0; i < (definition.concurrency ?? 1); i += 1) {
      const options = { batchSize: 1, includeMetadata: true, pollingIntervalSeconds } as const;
      const id = await this.#boss.work<object, void, typeof options>(
        name,
        options,
        async (jobs) => {
          for (const job of jobs) {
            const parsed = definition.schema.safeParse(job.data ?? {});
            if (!parsed.success) {
              this.#logger.error({ job: name, jobId: job.id }, 'job dropped: it cannot be read');
              continue;
            }
            const { retryCount, retryLimit } = job;
            await definition.handle(parsed.data, { retryCount, last: retryCount >= retryLimit });
          }
          // There may be more, such as the next event of the same call.
          this.wake(name);
        },
      );
      workers.push(id);
    }
  }
}
