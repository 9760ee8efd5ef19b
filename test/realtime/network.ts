import { startSimulator, type Simulator } from 'simulator';

import type { Certificate } from '../../playground/tls-front.ts';
import {
  accountSid,
  authToken,
  controlKey,
  geminiApiKey,
  googleApiKey,
  openAiApiKey,
} from '../sidecar/accounts.ts';
import type { SidecarApi } from './sidecar-api.ts';

/** Answered over media streams. */
export const streamNumber = '+56221234567';
/** Answered over SIP. */
export const sipNumber = '+56221234568';
export const callerNumber = '+56987650001';
export const toolName = 'consultar_taller';

const webhookSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** Short words: what is tested is what lies between them. */
const tenant = {
  name: 'Taller Andes',
  timezone: 'America/Santiago',
  language: 'es-CL',
  voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US', speakingRate: 1.3 },
  greeting: 'Taller Andes.',
  disclosure: 'Soy una inteligencia artificial.',
  closedMessage: 'Estamos cerrados.',
  agent: 'contact-center',
  pipeline: 'realtime',
  realtime: {
    speed: 1.2,
    turnDetection: { type: 'server_vad', silenceDurationMs: 350 },
  },
  businessHours: null,
  phoneNumbers: [streamNumber, sipNumber],
} as const;

/** The telephone network with both numbers, and the clouds; whoever calls reaches n8n's webhooks. */
export function startNetwork(n8nUrl: string, certificate: Certificate): Promise<Simulator> {
  const voice = { voiceUrl: `${n8nUrl}/voice` };
  return startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: certificate,
    trustedCaPem: certificate.certPem,
    accounts: [
      {
        accountSid,
        authToken,
        numbers: [
          { phoneNumber: streamNumber, ...voice },
          { phoneNumber: sipNumber, ...voice },
        ],
      },
    ],
    googleApiKey,
    geminiApiKey,
    openAiApiKey,
    openAiTls: certificate,
    openAiWebhooks: [{ url: `${n8nUrl}/openai`, secret: webhookSecret }],
    controlKey,
  });
}

/** What signs the requests to n8n. */
export interface TenantSecrets {
  readonly tool: string;
  readonly events: string;
}

export interface TenantWishes {
  /** Types of the events that n8n hears of. */
  readonly events: readonly string[];
  /** Of the tool, in ms. */
  readonly deadlineMs: number;
}

/** The tenant of both numbers, its tool and its subscription. */
export async function setUpTenant(
  api: SidecarApi,
  n8nUrl: string,
  { events, deadlineMs }: TenantWishes,
): Promise<TenantSecrets> {
  await api.ask('PUT', '/v1/tenants/taller-andes', tenant);
  const owner = { tenant: 'taller-andes' };
  const tool = await api.ask<{ secret: string }>('POST', '/v1/tools', {
    ...owner,
    name: toolName,
    description: 'Consulta precios del taller.',
    parameters: {
      type: 'object',
      properties: { servicio: { type: 'string' } },
      required: ['servicio'],
    },
    url: `${n8nUrl}/tool`,
    deadlineMs,
  });
  const subscription = await api.ask<{ secret: string }>('POST', '/v1/subscriptions', {
    ...owner,
    url: `${n8nUrl}/events`,
    events,
  });
  return { tool: tool.secret, events: subscription.secret };
}
