import type { Database } from '../../db/database.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import type { Access } from '../access.ts';
import { StoredCallRecorder } from '../calls/call-recorder.ts';
import { builtInPrices, type PriceTable } from '../costs/price-table.ts';
import type { EventPublisher } from '../events/publisher.ts';
import { hashToken, newId } from '../identifiers.ts';
import { OrderedWrites, type OrderedWriteOptions } from '../ordered-writes.ts';
import { claimSession, insertSession } from '../sessions/repository.ts';
import { tenantInputSchema, type Tenant, type TenantInput } from '../tenants/schema.ts';
import { Tenants } from '../tenants/tenants.ts';
import { silentPublisher } from './outbox.ts';

export const platform: Access = { scope: 'platform', name: 'test' };

let numbers = 0;

/** A Chilean number that no other test of the process has. */
export function newPhoneNumber(): string {
  numbers += 1;
  return `+5622${String(1_000_000 + numbers)}`;
}

export function tenantInput(overrides: Partial<TenantInput> = {}): TenantInput {
  return tenantInputSchema.parse({
    name: 'Automotora Andes',
    timezone: 'America/Santiago',
    language: 'es-CL',
    voice: { name: 'es-US-Neural2-A', languageCode: 'es-US' },
    greeting: 'Hola, gracias por llamar a Automotora Andes.',
    disclosure: 'Soy un asistente virtual.',
    closedMessage: 'Estamos cerrados.',
    facts: { horario: 'de nueve a seis' },
    ...overrides,
  });
}

export function createTenant(
  db: Database,
  overrides: Partial<TenantInput> = {},
  slug = `tenant-${newId()}`,
): Promise<Tenant> {
  return new Tenants(db).put(platform, slug, tenantInput(overrides));
}

/** A recorder of calls that has its writes for itself. */
export function callRecorder(
  db: Pick<Database, 'withTenant'>,
  more: {
    readonly publisher?: EventPublisher;
    readonly prices?: PriceTable;
    readonly logger?: Logger;
    readonly writes?: OrderedWriteOptions;
  } = {},
): StoredCallRecorder {
  const { publisher = silentPublisher, prices = builtInPrices, logger = silentLogger } = more;
  return new StoredCallRecorder({
    writes: new OrderedWrites({ db, publisher, metrics: noMetrics, logger }, more.writes),
    prices,
    logger,
  });
}

/** A claimed session, as a call has one. @returns the id of its call */
export async function createClaimedSession(
  db: Database,
  tenantId: string,
  callSid = `CA${'0'.repeat(32)}`,
): Promise<string> {
  const callId = newId();
  const session = {
    id: newId(),
    callId,
    tokenHash: hashToken(callId),
    direction: 'inbound' as const,
    agent: 'contact-center',
    pipeline: 'cascade' as const,
    transport: 'media-stream' as const,
    callSid: undefined,
    from: '+56912345678',
    to: '+56221234567',
    contact: {},
    variables: {},
    toolNames: undefined,
    expiresAt: new Date(Date.now() + 60_000),
  };
  await db.withTenant(tenantId, async (tx) => {
    await insertSession(tx, session);
    const { id: sessionId, tokenHash } = session;
    await claimSession(tx, {
      sessionId,
      tokenHash,
      callSid,
      streamSid: `MZ${'0'.repeat(32)}`,
      now: new Date(),
    });
  });
  return callId;
}
