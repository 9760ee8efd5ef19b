import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import fastify from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiKeys } from '../domain/api-keys/api-keys.ts';
import type { Callbacks } from '../domain/callbacks/callbacks.ts';
import type { Calls } from '../domain/calls/calls.ts';
import type { Consents } from '../domain/compliance/consents.ts';
import type { DoNotCall } from '../domain/compliance/do-not-call.ts';
import type { Costs } from '../domain/costs/costs.ts';
import type { Contacts } from '../domain/contacts/contacts.ts';
import type { Knowledge } from '../domain/knowledge/knowledge.ts';
import type { Phrases } from '../domain/phrases/phrases.ts';
import type { Sessions } from '../domain/sessions/sessions.ts';
import type { SipCalls } from '../domain/sip-calls/sip-calls.ts';
import type { Subscriptions } from '../domain/subscriptions/subscriptions.ts';
import type { Tenants } from '../domain/tenants/tenants.ts';
import type { Transcriptions } from '../domain/transcriptions/transcriptions.ts';
import type { Tools } from '../domain/tools/tools.ts';
import type { Logger } from '../kernel/logger.ts';
import type { App } from './app-type.ts';
import type { TrustedProxies } from './client-address.ts';
import { registerAuth } from './plugins/auth.ts';
import type { RateLimits } from './plugins/auth.ts';
import { registerErrors } from './plugins/errors.ts';
import { registerApiKeyRoutes } from './routes/api-keys.ts';
import { registerCallbackRoutes } from './routes/callbacks.ts';
import { registerCallRoutes } from './routes/calls.ts';
import { registerPhraseRoutes } from './routes/phrases.ts';
import { registerHealthRoutes } from './routes/health.ts';
import type { Readiness } from './routes/health.ts';
import { registerSessionRoutes } from './routes/sessions.ts';
import { registerSipCallRoutes } from './routes/sip-calls.ts';
import { registerSubscriptionRoutes } from './routes/subscriptions.ts';
import { registerTenantRoutes } from './routes/tenants.ts';
import { registerConsentRoutes, registerDoNotCallRoutes } from './routes/compliance.ts';
import { registerCostRoutes } from './routes/costs.ts';
import { registerContactRoutes } from './routes/contacts.ts';
import { registerKnowledgeRoutes } from './routes/knowledge.ts';
import { registerTranscriptionRoutes } from './routes/transcriptions.ts';
import { registerToolRoutes } from './routes/tools.ts';
import { registerTwilioRoutes } from './routes/twilio.ts';
import type { TwilioParts } from './routes/twilio.ts';

/** Room for 64 KB of facts and the longest texts of a tenant. */
const maxBodyBytes = 196_608;

export interface ServerParts {
  readonly tenants: Tenants;
  readonly sessions: Sessions;
  readonly tools: Tools;
  readonly calls: Calls;
  readonly sipCalls: SipCalls;
  readonly costs: Costs;
  readonly callbacks: Callbacks;
  readonly phrases: Phrases;
  readonly transcriptions: Transcriptions;
  readonly contacts: Contacts;
  readonly consents: Consents;
  readonly doNotCall: DoNotCall;
  readonly knowledge: Knowledge;
  readonly subscriptions: Subscriptions;
  readonly twilio: TwilioParts;
  readonly apiKeys: ApiKeys;
  readonly readiness: Readiness;
  readonly metricsText: () => Promise<string>;
  readonly logger: Logger;
  readonly version: string;
  readonly trustedProxies: TrustedProxies;
  readonly rateLimits?: RateLimits;
}

/** The HTTP API, not yet listening. */
export async function buildServer(parts: ServerParts): Promise<App> {
  const { logger } = parts;
  const app: App = fastify({
    bodyLimit: maxBodyBytes,
    trustProxy: (address: string) => parts.trustedProxies.has(address),
    forceCloseConnections: 'idle',
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  registerErrors(app, logger);
  await app.register(helmet);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Voice agents: media sidecar', version: parts.version },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
  });
  registerAuth(app, parts.apiKeys, parts.rateLimits);
  app.addHook('onResponse', async (request, reply) => {
    // The pattern of the route, not its URL: that may hold a phone number.
    const { method, routeOptions } = request;
    const fields = { method, route: routeOptions.url, status: reply.statusCode };
    logger.debug({ ...fields, durationMs: Math.round(reply.elapsedTime) }, 'request handled');
  });

  registerHealthRoutes(app, parts.readiness, parts.metricsText);
  registerTenantRoutes(app, parts.tenants);
  registerSessionRoutes(app, parts.sessions);
  registerCallRoutes(app, parts.calls);
  registerSipCallRoutes(app, parts.sipCalls);
  registerCostRoutes(app, parts.costs);
  registerCallbackRoutes(app, parts.callbacks);
  registerSubscriptionRoutes(app, parts.subscriptions);
  registerToolRoutes(app, parts.tools);
  registerPhraseRoutes(app, parts.phrases);
  registerTranscriptionRoutes(app, parts.transcriptions);
  registerContactRoutes(app, parts.contacts);
  registerConsentRoutes(app, parts.consents);
  registerDoNotCallRoutes(app, parts.doNotCall);
  registerKnowledgeRoutes(app, parts.knowledge);
  registerApiKeyRoutes(app, parts);
  await app.register((twilioApp) => registerTwilioRoutes(twilioApp, parts.twilio));
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}
