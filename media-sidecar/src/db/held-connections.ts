import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../kernel/logger.ts';

export interface HeldConnectionLimit {
  /** How long a connection may be lent out, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Ends connections that are lent out for too long; their queries reject. No transaction waits for
 * anything but the database, so it must have vanished: of a machine that is gone (a failover, a cut
 * route) TCP tells only when its retransmissions end, after a quarter of an hour, and until then the
 * pool would be empty.
 */
export function endHeldConnections(pool: Pool, { timeoutMs, logger }: HeldConnectionLimit): void {
  const deadlines = new WeakMap<PoolClient, NodeJS.Timeout>();
  pool.on('acquire', (client) => {
    const deadline = setTimeout(() => {
      logger.warn({ timeoutMs }, 'database connection ended: nothing came of it');
      // With a query under way this destroys the socket. The pool drops it when it is given back.
      void client.end();
    }, timeoutMs);
    deadlines.set(client, deadline);
  });
  pool.on('release', (_error, client) => clearTimeout(deadlines.get(client)));
}
