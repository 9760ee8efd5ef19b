import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../db/database.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import type { Access } from '../access.ts';
import { StoredCallRecorder } from '../calls/call-recorder.ts';
import { builtInPrices, type PriceTable } from '../costs/price-table.ts';
import { EventPublisher } from '../events/publisher.ts';
import { newId } from '../identifiers.ts';
import { OrderedWrites, type OrderedWriteOptions } from '../ordered-writes.ts';
import { claimSession, insertSession } from '../sessions/repository.ts';
import type { Tenant, TenantInput } from '../tenants/schema.ts';
import { tenantInputSchema } from '../tenants/schema.ts';
import { Tenants } from '../tenants/tenants.ts';
import { hashToken } from '../identifiers.ts';

export const platform: Access = { scope: 'platform', name: 'test' };

/** For tests that have no live calls. */
export const notLive = { clock: systemClock, endHere: () => false };

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

/** Delivers nothing. */
export const silentPublisher = new EventPublisher({ enqueue: () => Promise.resolve(), wake() {} });

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
    writes: new OrderedWrites({ db, publisher }, more.writes),
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

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: unknown;
}

/** A receiver of webhooks on this machine. */
export class Receiver {
  readonly received: ReceivedRequest[] = [];
  /** What it replies. */
  reply: (request: ReceivedRequest, response: ServerResponse) => void = (_request, response) => {
    response.writeHead(200).end('{}');
  };
  readonly #server: Server;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const { url = '', headers } = request;
        const received = { path: url, headers, body, json: JSON.parse(body) as unknown };
        this.received.push(received);
        this.reply(received, response);
        for (const { count, resolve } of this.#waiting) {
          if (this.received.length >= count) resolve();
        }
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Resolves when so many requests arrived. */
  async arrived(count: number): Promise<void> {
    if (this.received.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
