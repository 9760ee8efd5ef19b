import { createSign, generateKeyPairSync } from 'node:crypto';
import type { TestContext } from 'node:test';
import fastify from 'fastify';
import type { InjectOptions } from 'fastify';
import { createFaults } from '../../faults/faults.ts';
import type { FaultChanges, Faults } from '../../faults/faults.ts';
import type { EspeakVoices } from '../../voices/espeak-voices.ts';
import { createGoogleCloud } from '../cloud.ts';
import type { GoogleCloud } from '../cloud.ts';
import type { BucketSettings } from '../cloud-storage.ts';
import { googleRest } from '../google-rest.ts';
import { API_KEY } from './clients.ts';

export const PROJECT = 'simulated-project';
export const EMAIL = 'robot@simulated-project.iam.gserviceaccount.com';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
export const PRIVATE_KEY_PEM = keys.privateKey;

/** A signed assertion; claims may be overruled. */
export function assertion(
  claims: Record<string, unknown> = {},
  privateKeyPem = PRIVATE_KEY_PEM,
): string {
  const now = Math.floor(Date.now() / 1_000);
  const payload = {
    iss: EMAIL,
    scope: CLOUD_PLATFORM,
    aud: 'https://oauth2.googleapis.com/token',
    iat: now,
    exp: now + 3_600,
    ...claims,
  };
  const content = [{ alg: 'RS256', typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${createSign('RSA-SHA256').update(content).sign(privateKeyPem, 'base64url')}`;
}

export interface RestAnswer {
  readonly status: number;
  /** Whatever the service said; a test knows what it expects. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface RestCloud extends GoogleCloud {
  readonly faults: Faults;
  readonly port: number;
  ask(options: InjectOptions): Promise<RestAnswer>;
  /** With the API key. */
  post(url: string, payload: object): Promise<RestAnswer>;
  token(claims?: Record<string, unknown>): Promise<RestAnswer>;
  /** Headers of the service account. */
  signedIn(claims?: Record<string, unknown>): Promise<{ authorization: string }>;
}

/** Google's REST with a service account, on a port of its own; closed when the test ends. */
export async function startRestCloud(
  context: Pick<TestContext, 'after'>,
  voices: EspeakVoices,
  { buckets = [], ...changes }: FaultChanges & { buckets?: readonly BucketSettings[] } = {},
): Promise<RestCloud> {
  const faults = createFaults(changes);
  const cloud = createGoogleCloud({
    lexicon: voices.lexicon,
    faults,
    buckets,
    serviceAccounts: [{ email: EMAIL, projectId: PROJECT, publicKeyPem: keys.publicKey }],
  });
  const app = fastify({ forceCloseConnections: true });
  await app.register(googleRest, { apiKeys: [API_KEY], voices, faults, ...cloud });
  const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  context.after(() => app.close());

  async function ask(options: InjectOptions): Promise<RestAnswer> {
    const reply = await app.inject(options);
    const isJson = String(reply.headers['content-type']).startsWith('application/json');
    return { status: reply.statusCode, body: isJson ? reply.json() : reply.rawPayload };
  }
  const token = (claims?: Record<string, unknown>): Promise<RestAnswer> =>
    ask({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(claims),
      }).toString(),
    });
  return {
    ...cloud,
    faults,
    port: Number(address.port),
    ask,
    post: (url, payload) =>
      ask({ method: 'POST', url, payload, headers: { 'x-goog-api-key': API_KEY } }),
    token,
    signedIn: async (claims) => {
      const { body } = await token(claims);
      return { authorization: `Bearer ${body.access_token}` };
    },
  };
}
