import { z } from 'zod';
import { faultChangesSchema } from './faults/faults.ts';
import { DEFAULT_PROJECT_ID } from './openai/realtime/project.ts';
import { defaultMediaStreamLimits } from './media-streams/media-stream.ts';

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, as +56221234567');
const httpUrl = z.url({ protocol: /^https?$/ });
const method = z.enum(['GET', 'POST']);
const limit = (otherwise: number) => z.number().int().positive().default(otherwise);
const secret = z.string().min(8).max(512);

const trunkSid = z.string().regex(/^TK[0-9a-f]{32}$/, 'must be TK and 32 hexadecimal digits');

const numberSchema = z.strictObject({
  phoneNumber: e164,
  friendlyName: z.string().max(64).optional(),
  voiceUrl: httpUrl.optional(),
  voiceMethod: method.optional(),
  voiceFallbackUrl: httpUrl.optional(),
  voiceFallbackMethod: method.optional(),
  statusCallback: httpUrl.optional(),
  statusCallbackMethod: method.optional(),
  /** Of one of the account's trunks. */
  trunkSid: trunkSid.optional(),
});

const applicationSchema = z.strictObject({
  sid: z.string().regex(/^AP[0-9a-f]{32}$/),
  voiceUrl: httpUrl,
  voiceMethod: method.default('POST'),
  voiceFallbackUrl: httpUrl.or(z.literal('')).default(''),
  statusCallback: httpUrl.or(z.literal('')).default(''),
  statusCallbackMethod: method.default('POST'),
});

const trunkSchema = z.strictObject({
  sid: trunkSid,
  originationUrls: z
    .array(
      z.strictObject({
        sipUrl: z.string().regex(/^sip:[^\s]+$/i, 'must be a SIP address; sips: is not supported'),
        friendlyName: z.string().max(64).default(''),
        priority: z.number().int().min(0).max(65_535).default(10),
        weight: z.number().int().min(1).max(65_535).default(10),
        enabled: z.boolean().default(true),
      }),
    )
    .default([]),
});

const accountFields = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, 'must be AC and 32 hexadecimal digits'),
  authToken: z.string().min(16),
  friendlyName: z.string().max(64).optional(),
  callsPerSecond: z.number().positive().max(1000).optional(),
  maxConcurrentCalls: z.number().int().positive().optional(),
  requestsPerSecond: z.number().int().positive().optional(),
  enforceMediaAuth: z.boolean().optional(),
  type: z.enum(['Full', 'Trial']).optional(),
  verifiedNumbers: z.array(e164).optional(),
  callablePrefixes: z.array(z.string().regex(/^\+\d{1,6}$/)).optional(),
  numbers: z.array(numberSchema).default([]),
  applications: z.array(applicationSchema).default([]),
  trunks: z.array(trunkSchema).default([]),
});

const accountSchema = accountFields.superRefine(({ numbers, trunks }, context) => {
  const known = new Set(trunks.map(({ sid }) => sid));
  for (const [index, number] of numbers.entries()) {
    if (number.trunkSid === undefined || known.has(number.trunkSid)) continue;
    const message = 'must be a trunk of the account';
    context.addIssue({ code: 'custom', path: ['numbers', index, 'trunkSid'], message });
  }
});

/** May ask for access tokens at `POST /token`. */
const serviceAccountSchema = z.strictObject({
  email: z.email(),
  projectId: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be a Google Cloud project ID'),
  /** Of the private key that signs its assertions (RSA). */
  publicKeyPem: z.string().includes('-----BEGIN PUBLIC KEY-----'),
});

const bucketSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, 'must be a bucket name'),
  /** What the service accounts may do with it. */
  access: z.enum(['read-write', 'read-only', 'none']).default('read-write'),
});

export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.number().int().min(0).max(65_535).default(8200),
  grpcPort: z.number().int().min(0).max(65_535).default(8201),
  /** Google's gRPC services speak TLS with this certificate; without it, plain HTTP/2. */
  grpcTls: z.strictObject({ certPem: z.string().min(1), keyPem: z.string().min(1) }).optional(),
  /** An authority to trust beside the public ones, for webhooks and media streams. */
  trustedCaPem: z.string().min(1).optional(),
  accounts: z.array(accountSchema).min(1),
  googleApiKey: secret,
  googleServiceAccounts: z.array(serviceAccountSchema).default([]),
  googleBuckets: z.array(bucketSchema).default([]),
  geminiApiKey: secret,
  /** Opens the stand-in for OpenAI below `/openai/v1`; without a key there is none. */
  openAiApiKey: secret.optional(),
  /**
   * Opens a second listener, which speaks TLS with this certificate: OpenAI's clients connect to the
   * Realtime API over `wss` only. It serves everything that `port` does.
   */
  openAiTls: z.strictObject({ certPem: z.string().min(1), keyPem: z.string().min(1) }).optional(),
  /** Of the second listener; 0 takes any free port. */
  openAiPort: z.number().int().min(0).max(65_535).default(0),
  /** Of the OpenAI project, whom SIP calls ask for: `sip:<openAiProjectId>@sip.api.openai.com;transport=tls`. */
  openAiProjectId: z
    .string()
    .regex(/^proj_\w+$/, 'must begin with proj_')
    .default(DEFAULT_PROJECT_ID),
  /** Hosts at which its SIP server is. */
  openAiSipHosts: z
    .array(z.string().min(1).toLowerCase())
    .default(['sip.api.openai.com', 'sip-eu.api.openai.com']),
  /** Webhooks of the OpenAI project, as its settings name them. */
  openAiWebhooks: z
    .array(z.strictObject({ url: httpUrl, secret: z.string().regex(/^whsec_/) }))
    .default([]),
  /** Pace and failures that hold from the start; `DELETE /sim/v1/faults` goes back to them. */
  faults: faultChangesSchema.default({}),
  /** Opens the control API and the web phone. */
  controlKey: secret,
  /** How long the network waits for an application, ms; Twilio waits 15 s. */
  webhookTimeoutMs: z.number().int().positive().max(60_000).default(15_000),
  mediaStreams: z
    .strictObject({
      outboundBufferMs: limit(defaultMediaStreamLimits.outboundBufferMs),
      congestionBytes: limit(defaultMediaStreamLimits.congestionBytes),
      connectTimeoutMs: limit(defaultMediaStreamLimits.connectTimeoutMs),
    })
    .prefault({}),
});

export type SimulatorOptions = z.input<typeof configSchema>;
export type SimulatorConfig = z.output<typeof configSchema>;

/** The lines of an error that names each setting at fault, and no value. */
export function describeConfigError(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}
