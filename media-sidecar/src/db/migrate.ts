import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { PoolClient } from 'pg';
import type { Logger } from '../kernel/logger.ts';

/** Brings the schema up to date, as the connected user, who owns it. Safe with several replicas. */
export async function migrate(client: PoolClient, logger: Logger): Promise<void> {
  const ran = await runner({
    dbClient: client,
    dir: fileURLToPath(new URL('./migrations', import.meta.url)),
    migrationsTable: 'voice_sidecar_migrations',
    direction: 'up',
    advisoryLockMode: 'wait',
    logger: {
      info() {},
      warn: (message: string) => logger.warn({ detail: message }, 'migration warning'),
      error: (message: string) => logger.error({ detail: message }, 'migration error'),
    },
  });
  if (ran.length > 0) logger.info({ migrations: ran.map((each) => each.name) }, 'schema migrated');
}
