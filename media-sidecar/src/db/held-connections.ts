import pg from 'pg';
import type { Logger } from '../kernel/logger.ts';

/** How long the question whether a server still works may take, in ms; never longer than the limit. */
const ASK_WITHIN_MS = 5000;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TOO_MANY_CONNECTIONS = '53300';

/**
 * Ends connections that are lent out while their server does nothing for them; their queries reject. Of
 * a machine that has vanished (a failover, a cut route) TCP tells only when its retransmissions end,
 * after a quarter of an hour, and until then the pool would be empty. What a server does work on, or
 * has wait for a lock, is left alone: it would go on all the same, and be asked for once more.
 *
 * @param limitMs how long a connection may be lent out until the server is asked, and between two times
 */
export function endHeldConnections(pool: pg.Pool, limitMs: number, logger: Logger): void {
  const deadlines = new WeakMap<pg.PoolClient, NodeJS.Timeout>();
  const look = async (client: pg.PoolClient): Promise<void> => {
    const deadline = deadlines.get(client);
    const isActive = await isWorkedOn(client, pool.options, Math.min(ASK_WITHIN_MS, limitMs));
    // It was given back meanwhile.
    if (deadlines.get(client) !== deadline) return;
    // Who closes the pool waits for it no longer than this.
    if (isActive && !pool.ending) {
      watch(client);
      return;
    }
    logger.warn({ limitMs }, 'database connection ended: its server does nothing for it');
    // With a query under way this destroys the socket. The pool drops it when it is given back.
    void client.end();
  };
  const watch = (client: pg.PoolClient): void => {
    deadlines.set(
      client,
      setTimeout(() => void look(client), limitMs),
    );
  };
  pool.on('acquire', watch);
  pool.on('release', (_error, client) => {
    clearTimeout(deadlines.get(client));
    deadlines.delete(client);
  });
}

/** Whether the server runs a statement of this connection. Asks over another one; never rejects. */
async function isWorkedOn(
  { processID }: pg.PoolClient & { readonly processID?: number | null },
  { connectionString, application_name }: pg.PoolOptions,
  withinMs: number,
): Promise<boolean> {
  const asking = new pg.Client({
    connectionString,
    application_name,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
  });
  asking.on('error', () => undefined);
  try {
    await asking.connect();
    const { rowCount } = await asking.query(
      `select 1 from pg_stat_activity where pid = $1 and state = 'active'
         and application_name = current_setting('application_name')`,
      [processID],
    );
    return rowCount !== 0;
  } catch (error) {
    // It is there, and has too much to do.
    return error instanceof pg.DatabaseError && error.code === TOO_MANY_CONNECTIONS;
  } finally {
    void asking.end().catch(() => undefined);
  }
}
