import assert from 'node:assert/strict';
import type { LightMyRequestResponse as Response } from 'fastify';
import type { Database } from '../../db/database.ts';
import type { TranscriptionGate, TranscriptionRecorder } from '../../call/ports.ts';
import { Phrases } from '../../domain/phrases/phrases.ts';
import type { PhraseStore } from '../../domain/phrases/ports.ts';
import { Warmings } from '../../domain/phrases/warmings.ts';
import type { Admission } from '../../domain/sessions/sessions.ts';
import type { SipAnswering } from '../../domain/sip-calls/ports.ts';
import { newPhoneNumber } from '../../domain/testing/fixtures.ts';
import { testDomain, testOptions } from '../../domain/testing/test-domain.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import type { App, Form } from '../app-type.ts';
import { TrustedProxies } from '../client-address.ts';
import type { RateLimits } from '../plugins/auth.ts';
import type { TwilioParts } from '../routes/twilio.ts';
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
  /** Counters of what Twilio asked, with their labels. */
  readonly counted: string[];
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

interface ApiSetup {
  readonly rateLimits?: RateLimits;
  readonly logger?: Logger;
  readonly phrases?: PhraseStore;
  readonly sipAnswering?: SipAnswering;
}

/** What the API asks of its process, which a test may change. */
type ProcessState = Pick<
  Api,
  'draining' | 'admission' | 'databaseAway' | 'stopped' | 'verified' | 'counted'
>;

export async function startApi(db: Database, setup: ApiSetup = {}): Promise<Api> {
  const { logger = silentLogger, rateLimits } = setup;
  const state: ProcessState = {
    draining: false,
    admission: 'open',
    databaseAway: false,
    stopped: [],
    verified: [],
    counted: [],
  };
  const domain = domainOf(db, state, setup);
  const app = await buildServer({
    ...domain,
    ...(setup.phrases && { phrases: warmedAtOnce(domain, setup.phrases, logger) }),
    twilio: twilioParts(state, logger),
    readiness: {
      draining: () => state.draining,
      pingDatabase: () => (state.databaseAway ? Promise.reject(new Error('away')) : db.ping()),
      logger,
    },
    metricsText: () => Promise.resolve('voice_calls_active 0\n'),
    logger,
    version: '0.1.0',
    trustedProxies: new TrustedProxies('loopback'),
    ...(rateLimits !== undefined && { rateLimits }),
  });
  await app.ready();
  return Object.assign(state, {
    app,
    transcriptions: domain.transcriptionRecorder,
    transcriptionGate: domain.transcriptions,
    call: caller(app),
  });
}

function domainOf(db: Database, state: ProcessState, setup: ApiSetup) {
  const stop = (id: string): boolean => state.stopped.push(id) > 0;
  return testDomain(
    db,
    {
      admission: () => state.admission,
      endCall: stop,
      stopTranscription: stop,
      ...(setup.sipAnswering && { sipAnswering: setup.sipAnswering }),
      ...(setup.logger && { logger: setup.logger }),
    },
    { bootstrapApiKey: bootstrapKey, allowLoopbackWebhooks: false },
  );
}

/** Nobody waits between two syntheses. */
function warmedAtOnce(
  { tenants }: ReturnType<typeof testDomain>,
  store: PhraseStore,
  logger: Logger,
): Phrases {
  const parts = { store, clock: systemClock, logger };
  return new Phrases(tenants, store, new Warmings(parts, { intervalMs: 0 }));
}

function twilioParts({ verified, counted }: ProcessState, logger: Logger): TwilioParts {
  return {
    publicUrl: testOptions.publicUrl,
    verifySignature: (signature, url, form) => {
      verified.push({ url, form });
      return signature === goodSignature;
    },
    afterStream: ({ callSid }) => Promise.resolve(`<Response><!--${callSid}--></Response>`),
    whisper: (callSid) => Promise.resolve(`<Response><!--whisper ${callSid}--></Response>`),
    dialEnded: ({ callSid, bridged }) =>
      Promise.resolve(`<Response><!--dialled ${callSid} ${String(bridged)}--></Response>`),
    hangUp: () => '<Response><Hangup/></Response>',
    metrics: {
      ...noMetrics,
      count: (name, labels) => counted.push(`${name} ${Object.values(labels ?? {}).join()}`),
    },
    logger,
  };
}

function caller(app: App): Api['call'] {
  return async (method, url, body, key = bootstrapKey) => {
    const response = await app.inject({
      method,
      url,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      ...(body !== undefined && { payload: body as object }),
    });
    return toReply(response);
  };
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
