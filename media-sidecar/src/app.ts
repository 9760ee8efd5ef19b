import type { Config } from './config/config.ts';
import { Database } from './db/database.ts';
import { ApiKeys } from './domain/api-keys/api-keys.ts';
import { Sessions } from './domain/sessions/sessions.ts';
import { Tenants } from './domain/tenants/tenants.ts';
import { Tools } from './domain/tools/tools.ts';
import { Sealer } from './domain/webhooks/sealer.ts';
import { buildServer } from './http/server.ts';
import { systemClock } from './kernel/clock.ts';
import { createLogger } from './observability/logger.ts';
import { PrometheusMetrics, watchEventLoop } from './observability/metrics.ts';

export interface Sidecar {
  /** Where it listens, e.g. `http://127.0.0.1:8100`. */
  readonly url: string;
  /** Takes no more calls, lets the running ones end in peace, and stops. Idempotent. */
  close(): Promise<void>;
}

export const version = '0.1.0';

/** Builds the adapters, wires them, and listens. */
export async function startSidecar(config: Config): Promise<Sidecar> {
  const logger = createLogger({ level: config.logLevel });
  const metrics = new PrometheusMetrics();
  metrics.collectProcessMetrics();
  const db = await Database.open(config.database, logger);
  const policy = { allowLoopback: config.webhookAllowHttpLoopback };
  const sealer = new Sealer(config.encryptionKey);
  const tenants = new Tenants(db);
  const tools = new Tools({ db, tenants, sealer, policy });
  const apiKeys = new ApiKeys(db, tenants, config.bootstrapApiKey);
  let draining = false;
  const sessions = new Sessions(
    {
      db,
      tenants,
      tools,
      clock: systemClock,
      admission: () => (draining ? 'draining' : 'open'),
    },
    {
      sessionTtlMs: config.limits.sessionTtlMs,
      urls: {
        stream: `${config.publicUrl.replace(/^http/, 'ws')}/twilio/media`,
        action: `${config.publicUrl}/twilio/stream-ended`,
        streamStatus: `${config.publicUrl}/twilio/stream-status`,
      },
    },
  );
  const server = await buildServer({
    tenants,
    sessions,
    tools,
    apiKeys,
    readiness: { draining: () => draining, pingDatabase: () => db.ping(), logger },
    metricsText: () => metrics.registry.metrics(),
    logger,
    version,
    trustProxy: config.trustProxy,
  });
  const stopWatching = watchEventLoop(metrics, systemClock);
  const url = await server.listen({ host: config.host, port: config.port });
  logger.info({ url }, 'media sidecar is listening');

  let closing: Promise<void> | undefined;
  return {
    url,
    close: () =>
      (closing ??= (async () => {
        draining = true;
        stopWatching();
        await server.close();
        await db.close();
        logger.info({}, 'media sidecar has stopped');
      })()),
  };
}
