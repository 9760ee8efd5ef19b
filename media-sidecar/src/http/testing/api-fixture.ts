import assert from 'node:assert/strict';
import type { LightMyRequestResponse as Response } from 'fastify';
import type { Database } from '../../db/database.ts';
import { ApiKeys } from '../../domain/api-keys/api-keys.ts';
import { Callbacks } from '../../domain/callbacks/callbacks.ts';
import { Calls } from '../../domain/calls/calls.ts';
import { EventPublisher } from '../../domain/events/publisher.ts';
import { Consents } from '../../domain/compliance/consents.ts';
import { DoNotCall } from '../../domain/compliance/do-not-call.ts';
import { Costs } from '../../domain/costs/costs.ts';
import { builtInPrices } from '../../domain/costs/price-table.ts';
import { Budgets } from '../../domain/costs/budgets.ts';
import { Contacts } from '../../domain/contacts/contacts.ts';
import { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { Phrases } from '../../domain/phrases/phrases.ts';
import type { PhraseStore } from '../../domain/phrases/ports.ts';
import { Warmings } from '../../domain/phrases/warmings.ts';
import type { TranscriptionGate, TranscriptionRecorder } from '../../call/ports.ts';
import { Sessions, type Admission } from '../../domain/sessions/sessions.ts';
import type { SipAnswering } from '../../domain/sip-calls/ports.ts';
import { SipCalls } from '../../domain/sip-calls/sip-calls.ts';
import { Subscriptions } from '../../domain/subscriptions/subscriptions.ts';
import { Tenants } from '../../domain/tenants/tenants.ts';
import { newPhoneNumber, silentPublisher } from '../../domain/testing/fixtures.ts';
import { StoredTranscriptionRecorder } from '../../domain/transcriptions/transcription-recorder.ts';
import { Transcriptions } from '../../domain/transcriptions/transcriptions.ts';
import { Tools } from '../../domain/tools/tools.ts';
import { Sealer } from '../../domain/webhooks/sealer.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Logger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import type { App, Form } from '../app-type.ts';
import { TrustedProxies } from '../client-address.ts';
import type { RateLimits } from '../plugins/auth.ts';
import { buildServer } from '../server.ts';

export const bootstrapKey = 'bootstrap-key-of-the-tests-0123456789';
export const goodSignature = 'good-signature';

/** The API on a test database, without a port. */
export interface Api {
  readonly app: App;
  draining: boolean;
  admission: Admission;
  /** Ids of calls and transcriptions that this process was to end. */
  readonly stopped: string[];
  readonly transcriptions: TranscriptionRecorder & { flush(): Promise<void> };
  readonly transcriptionGate: TranscriptionGate;
  databaseAway: boolean;
  /** What was asked to be verified. */
  readonly verified: { url: string; form: Form }[];
  /** @param key absent: the platform's; null: none */
  call(
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    key?: string | null,
  ): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly headers: Response['headers'];
  /** `code` of an error. */
  readonly code: string | undefined;
  readonly field: string | undefined;
}

export async function startApi(
  db: Database,
  more: {
    readonly rateLimits?: RateLimits;
    readonly logger?: Logger;
    readonly phrases?: PhraseStore;
    readonly sipAnswering?: SipAnswering;
  } = {},
): Promise<Api> {
  const tenants = new Tenants(db);
  const shared = {
    db,
    tenants,
    sealer: new Sealer(Buffer.alloc(32, 1)),
    policy: { allowLoopback: false },
  };
  const tools = new Tools(shared);
  const timed = { db, tenants, clock: systemClock };
  const contacts = new Contacts(timed);
  const doNotCall = new DoNotCall(timed);
  const verified: Api['verified'] = [];
  const logger = more.logger ?? silentLogger;
  const phraseStore = more.phrases ?? {
    fetch: () => Promise.reject(new Error('not part of this test')),
    has: () => false,
    list: () => [],
    remove: () => 0,
    use: () => ({ entries: 0, sizeBytes: 0, hits: 0, misses: 0 }),
  };
  const transcriptionRecorder = new StoredTranscriptionRecorder({
    db,
    publisher: new EventPublisher({ enqueue: () => Promise.resolve(), wake() {} }),
    logger,
  });
  const transcriptions = new Transcriptions({
    db,
    tenants,
    clock: systemClock,
    admission: () => api.admission,
    recorder: transcriptionRecorder,
    stopHere: (id) => api.stopped.push(id) > 0,
    urls: { stream: 'wss://v/m', streamStatus: 'https://v/s' },
  });
  const sessions = new Sessions(
    {
      db,
      tenants,
      tools,
      contacts,
      doNotCall,
      budgets: new Budgets({ db, publisher: silentPublisher, clock: systemClock }),
      clock: systemClock,
      admission: () => api.admission,
    },
    {
      sessionTtlMs: 30_000,
      outboundSessionTtlMs: 900_000,
      urls: {
        stream: 'wss://v/m',
        action: 'https://v/a',
        streamStatus: 'https://v/s',
        dialAction: 'https://v/d',
      },
      openAi: { configured: true, projectId: 'proj_1', sipHost: 'sip.api.openai.com' },
    },
  );
  const app = await buildServer({
    tenants,
    tools,
    calls: new Calls(db, tenants, {
      clock: systemClock,
      endHere: (id) => api.stopped.push(id) > 0,
    }),
    phrases: new Phrases(
      tenants,
      phraseStore,
      new Warmings({ store: phraseStore, clock: systemClock, logger }, { intervalMs: 0 }),
    ),
    transcriptions,
    contacts,
    consents: new Consents(timed),
    doNotCall,
    knowledge: new Knowledge(timed),
    subscriptions: new Subscriptions(shared),
    apiKeys: new ApiKeys(db, tenants, bootstrapKey),
    sessions,
    sipCalls: new SipCalls({
      db,
      tenants,
      sessions,
      admission: () => api.admission,
      answering: more.sipAnswering,
      logger,
    }),
    costs: new Costs({ ...timed, prices: builtInPrices }),
    callbacks: new Callbacks({ db, tenants }),
    twilio: {
      publicUrl: 'https://voice.example.com',
      verifySignature: (signature, url, form) => {
        verified.push({ url, form });
        return signature === goodSignature;
      },
      afterStream: ({ callSid }) => Promise.resolve(`<Response><!--${callSid}--></Response>`),
      whisper: (callSid) => Promise.resolve(`<Response><!--whisper ${callSid}--></Response>`),
      dialEnded: ({ callSid, bridged }) =>
        Promise.resolve(`<Response><!--dialled ${callSid} ${String(bridged)}--></Response>`),
      hangUp: () => '<Response><Hangup/></Response>',
      metrics: noMetrics,
      logger,
    },
    readiness: {
      draining: () => api.draining,
      pingDatabase: () => (api.databaseAway ? Promise.reject(new Error('away')) : db.ping()),
      logger,
    },
    metricsText: () => Promise.resolve('voice_calls_active 0\n'),
    logger,
    version: '0.1.0',
    trustedProxies: new TrustedProxies('loopback'),
    ...(more.rateLimits !== undefined && { rateLimits: more.rateLimits }),
  });
  await app.ready();
  const api: Api = {
    app,
    draining: false,
    admission: 'open',
    stopped: [],
    transcriptions: transcriptionRecorder,
    transcriptionGate: transcriptions,
    databaseAway: false,
    verified,
    async call(method, url, body, key = bootstrapKey) {
      const response = await app.inject({
        method,
        url,
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        ...(body !== undefined && { payload: body as object }),
      });
      return toReply(response);
    },
  };
  return api;
}

export function toReply(response: Response): Reply {
  const isJson = String(response.headers['content-type']).includes('json');
  const json = isJson ? response.json<Record<string, unknown>>() : {};
  const error = json['error'] as { code?: string; field?: string } | undefined;
  return {
    status: response.statusCode,
    json,
    headers: response.headers,
    code: error?.code,
    field: error?.field,
  };
}

export const voice = { name: 'es-US-Neural2-A', languageCode: 'es-US' };

/** A valid body of `PUT /v1/tenants/:slug`. */
export const tenantBody = (more: object = {}): Record<string, unknown> => ({
  name: 'Automotora Andes',
  timezone: 'America/Santiago',
  language: 'es-CL',
  voice,
  greeting: 'Hola',
  disclosure: 'Soy un asistente virtual.',
  closedMessage: 'Cerrado.',
  ...more,
});

export interface TestTenant {
  readonly slug: string;
  readonly id: string;
  readonly key: string;
  readonly number: string;
}

export async function tenantWithKey(api: Api, slug: string): Promise<TestTenant> {
  const number = newPhoneNumber();
  const body = tenantBody({ phoneNumbers: [number] });
  const { json } = await api.call('PUT', `/v1/tenants/${slug}`, body);
  const made = await api.call('POST', '/v1/api-keys', { name: slug, tenant: slug });
  assert.equal(made.status, 201);
  return { slug, id: String(json['id']), key: String(made.json['key']), number };
}

export function refused(reply: Reply, status: number, code: string, field?: string): void {
  assert.deepEqual([reply.status, reply.code, reply.field], [status, code, field]);
}
