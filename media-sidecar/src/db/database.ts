import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import pg from 'pg';
import type { Logger } from '../kernel/logger.ts';
import { startEmbeddedDatabase, type EmbeddedDatabase, type EmbeddedFiles } from './embedded.ts';
import { endHeldConnections } from './held-connections.ts';
import { migrate } from './migrate.ts';
import { assertRuntimeRoles } from './runtime-roles.ts';
import type { Schema } from './schema.ts';

/** A transaction that sees and writes the rows of one tenant only: row level security sees to it. */
export interface TenantDb {
  readonly scope: 'tenant';
  readonly tenantId: string;
  readonly db: Transaction<Schema>;
}

/**
 * A transaction that reads across tenants and writes what belongs to the platform. It cannot write
 * to a tenant's table.
 */
export interface SystemDb {
  readonly scope: 'system';
  readonly db: Transaction<Schema>;
}

/** The files are the embedded database's. */
export interface DatabaseOptions extends EmbeddedFiles {
  /** PostgreSQL 15 or newer; absent: the embedded database. */
  readonly url?: string;
  /** Connections to a server. @defaultValue 10 */
  readonly maxConnections?: number;
  /** How long to wait for a free connection, in ms. @defaultValue 30000 */
  readonly connectionTimeoutMs?: number;
  /**
   * After so long it is looked whether a server still works for a connection that somebody holds, in ms.
   * @defaultValue 60000
   */
  readonly heldConnectionTimeoutMs?: number;
}

const defaults = {
  maxConnections: 10,
  connectionTimeoutMs: 30_000,
  heldConnectionTimeoutMs: 60_000,
} as const satisfies DatabaseOptions;

/**
 * Signs of life: two connections to a server, each of them given up after so long, in ms. They are to be
 * known within a fraction of the time after which a process counts as dead.
 */
const signsOfLife = { maxConnections: 2, timeoutMs: 8000, idleMs: 30_000 };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The database, which hands out a client inside a tenant's or the platform's transaction only.
 * A transaction must not wait for anything but the database: with the embedded one there is a
 * single connection for everybody.
 */
export class Database {
  readonly embedded: boolean;
  /** Connected as the owner. For migrations and the job queue, whose tables belong to no tenant. */
  readonly ownerPool: pg.Pool;
  /** Resolves with why, when the embedded database has died; a server can come back. */
  readonly died: Promise<Error>;
  readonly #kysely: Kysely<Schema>;
  /** The same one with the embedded database, which has one connection for everybody. */
  readonly #signsOfLife: Kysely<Schema>;
  readonly #server: EmbeddedDatabase | undefined;

  private constructor(
    pool: pg.Pool,
    signsOfLife: pg.Pool | undefined,
    server: EmbeddedDatabase | undefined,
  ) {
    this.ownerPool = pool;
    this.embedded = server !== undefined;
    this.died = server?.died ?? new Promise<never>(() => undefined);
    this.#server = server;
    this.#kysely = kyselyOn(pool);
    this.#signsOfLife = signsOfLife ? kyselyOn(signsOfLife) : this.#kysely;
  }

  /** Connects (or starts the embedded database), migrates, and checks the runtime roles. */
  static async open(options: DatabaseOptions, logger: Logger): Promise<Database> {
    const embedded = options.url === undefined ? await startEmbeddedDatabase(options) : undefined;
    const { maxConnections, connectionTimeoutMs, heldConnectionTimeoutMs } = {
      ...defaults,
      ...options,
    };
    const server = { connectionString: options.url, keepAlive: true };
    const pool = poolOf(
      {
        ...(embedded?.poolConfig ?? { ...server, max: maxConnections }),
        connectionTimeoutMillis: connectionTimeoutMs,
      },
      logger,
    );
    const apart = embedded
      ? undefined
      : poolOf(
          {
            ...server,
            max: signsOfLife.maxConnections,
            connectionTimeoutMillis: signsOfLife.timeoutMs,
            idleTimeoutMillis: signsOfLife.idleMs,
          },
          logger,
        );
    const database = new Database(pool, apart, embedded);
    void database.died.then((error) => logger.error({ err: error }, 'the embedded database died'));
    try {
      const client = await pool.connect();
      try {
        await migrate(client, logger);
        await assertRuntimeRoles(client);
      } finally {
        client.release();
      }
      if (embedded === undefined) endHeldConnections(pool, heldConnectionTimeoutMs, logger);
      if (apart !== undefined) endHeldConnections(apart, signsOfLife.timeoutMs, logger);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /**
   * Runs `work` in a transaction as the tenant. Rolled back if it rejects.
   * @throws RangeError when `tenantId` is no UUID
   */
  withTenant<T>(tenantId: string, work: (tx: TenantDb) => Promise<T>): Promise<T> {
    if (!UUID.test(tenantId)) throw new RangeError('tenantId must be a UUID');
    return this.#kysely.transaction().execute(async (db) => {
      // Local to the transaction: a connection must carry nothing over to the next tenant.
      await sql`select set_config('role', 'voice_tenant', true),
                       set_config('app.tenant_id', ${tenantId}, true)`.execute(db);
      return work({ scope: 'tenant', tenantId, db });
    });
  }

  /** Runs `work` in a transaction as the platform. Rolled back if it rejects. */
  withSystem<T>(work: (tx: SystemDb) => Promise<T>): Promise<T> {
    return asSystem(this.#kysely, work);
  }

  /**
   * The same for signs of life, which must not wait for a connection, however much others have to do or
   * wait for: on one of a server's that nobody else uses.
   */
  withSystemApart<T>(work: (tx: SystemDb) => Promise<T>): Promise<T> {
    return asSystem(this.#signsOfLife, async (tx) => {
      if (!this.embedded) {
        const timeout = String(signsOfLife.timeoutMs);
        await sql`select set_config('statement_timeout', ${timeout}, true)`.execute(tx.db);
      }
      return work(tx);
    });
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.ownerPool.query('select 1');
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
    await this.#signsOfLife.destroy();
    if (!this.ownerPool.ended) await this.ownerPool.end();
    await this.#server?.close();
  }
}

function kyselyOn(pool: pg.Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }).withSchema('app');
}

function poolOf(config: pg.PoolConfig, logger: Logger): pg.Pool {
  const pool = new pg.Pool({ ...config, application_name: 'media-sidecar' });
  // An idle connection that breaks is replaced by the pool; without a listener it ends the process.
  pool.on('error', (error) =>
    logger.warn({ reason: error.message }, 'idle database connection lost'),
  );
  // Nor does it listen to one that is lent out: whoever has it learns from the query that breaks.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function asSystem<T>(kysely: Kysely<Schema>, work: (tx: SystemDb) => Promise<T>): Promise<T> {
  return kysely.transaction().execute(async (db) => {
    await sql`select set_config('role', 'voice_system', true),
                     set_config('app.tenant_id', '', true)`.execute(db);
    return work({ scope: 'system', db });
  });
}
