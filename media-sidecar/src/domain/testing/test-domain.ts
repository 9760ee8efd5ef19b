import type { Database } from '../../db/database.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import { buildDomain, type DomainOptions, type DomainParts } from '../build-domain.ts';

import type { PhraseStore } from '../phrases/ports.ts';
import type { SubscriptionInput } from '../subscriptions/schema.ts';
import type { Tenant } from '../tenants/schema.ts';
import { platform } from './fixtures.ts';
import { silentQueue } from './outbox.ts';

export const testOptions = {
  publicUrl: 'https://voice.example.com',
  sessionTtlMs: 30_000,
  outboundSessionTtlMs: 900_000,
  encryptionKey: Buffer.alloc(32, 1),
  allowLoopbackWebhooks: true,
  openAi: {
    configured: true,
    projectId: 'proj_1',
    sipHost: 'sip.api.openai.com',
    sipTimeLimitMs: 1_920_000,
  },
} as const satisfies DomainOptions;

const noPhrases: PhraseStore = {
  fetch: () => Promise.reject(new Error('no phrases are part of this test')),
  has: () => false,
  list: () => [],
  remove: () => 0,
  use: () => ({ entries: 0, sizeBytes: 0, hits: 0, misses: 0 }),
};

/** The whole domain on a test database: it tells nobody anything, and has no live calls. */
export function testDomain(
  db: Database,
  parts: Partial<DomainParts> = {},
  options: Partial<DomainOptions> = {},
): ReturnType<typeof buildDomain> {
  return buildDomain(
    {
      db,
      queue: silentQueue,
      admission: () => 'open',
      onConnecting: () => undefined,
      phraseStore: noPhrases,
      endCall: () => false,
      stopTranscription: () => false,
      clock: systemClock,
      metrics: noMetrics,
      logger: silentLogger,
      ...parts,
    },
    { ...testOptions, ...options },
  );
}

/** Somebody wants to hear of these events of a tenant; nothing is sent to them. */
export async function subscribe(
  db: Database,
  { slug }: Tenant,
  events: SubscriptionInput['events'],
): Promise<void> {
  const url = 'http://127.0.0.1/';
  await testDomain(db).subscriptions.create(platform, { url, events, tenant: slug });
}
