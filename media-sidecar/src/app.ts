import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Config } from './config/config.ts';
import { Database } from './db/database.ts';
import { buildDomain } from './domain/build-domain.ts';
import { TrustedProxies } from './http/client-address.ts';
import { buildServer } from './http/server.ts';
import { deliverEventJob, deliveryQueue } from './jobs/deliver-event.ts';
import { JobQueue } from './jobs/queue.ts';
import { tidyUpJob } from './jobs/tidy-up.ts';
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

const stopJobsWithinMs = 10_000;

/** Builds the adapters, wires them, and listens. */
export async function startSidecar(config: Config): Promise<Sidecar> {
  const logger = createLogger({ level: config.logLevel });
  const metrics = new PrometheusMetrics();
  metrics.collectProcessMetrics();
  const clock = systemClock;
  const db = await Database.open(config.database, logger);
  const jobs = new JobQueue(db, logger);
  let draining = false;
  const domain = buildDomain(
    {
      db,
      queue: deliveryQueue(jobs),
      admission: () => (draining ? 'draining' : 'open'),
      clock,
      metrics,
      logger,
    },
    {
      publicUrl: config.publicUrl,
      sessionTtlMs: config.limits.sessionTtlMs,
      encryptionKey: config.encryptionKey,
      allowLoopbackWebhooks: config.webhookAllowHttpLoopback,
      ...(config.bootstrapApiKey !== undefined && { bootstrapApiKey: config.bootstrapApiKey }),
    },
  );
  const { recorder } = domain;
  await jobs.start([
    deliverEventJob(domain.deliveries, logger),
    tidyUpJob({ db, recorder, clock }),
  ]);
  const server = await buildServer({
    ...domain,
    twilio: {
      publicUrl: config.publicUrl,
      verifySignature: (signature, url, form) =>
        signature !== undefined && validateRequest(config.twilio.authToken, signature, url, form),
      afterStream: () => Promise.resolve('<Response><Hangup/></Response>'),
      metrics,
      logger,
    },
    readiness: { draining: () => draining, pingDatabase: () => db.ping(), logger },
    metricsText: () => metrics.registry.metrics(),
    logger,
    version,
    trustedProxies: new TrustedProxies(config.trustProxy),
  });
  const stopWatching = watchEventLoop(metrics, clock);
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
        await recorder.flush();
        await jobs.stop(stopJobsWithinMs);
        domain.webhookClient.close();
        await db.close();
        logger.info({}, 'media sidecar has stopped');
      })()),
  };
}
