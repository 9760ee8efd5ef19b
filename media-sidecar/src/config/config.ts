import { isIP } from 'node:net';
import { z } from 'zod';

const milliseconds = (fallback: number, minimum = 1, maximum = 86_400_000) =>
  z.coerce.number().int().min(minimum).max(maximum).default(fallback);
const count = (fallback: number, maximum: number) =>
  z.coerce.number().int().min(1).max(maximum).default(fallback);
const hostAndPort = z.string().regex(/^[^\s:/]+:\d{1,5}$/, 'must be host:port');
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => /^(true|1)$/.test(value));
const originOf = (protocol: RegExp) =>
  z
    .url({ protocol, abort: true })
    .refine((value) => new URL(value).pathname === '/' && !/[?#]/.test(value), {
      message: 'must be an origin without a path',
    })
    .transform((value) => new URL(value).origin);

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8100),
  // Twilio opens media streams over TLS only.
  PUBLIC_URL: originOf(/^https$/),
  TRUST_PROXY: z
    .string()
    .refine((value) => value.split(',').every((each) => isProxy(each.trim())), {
      message: 'must be loopback, addresses or networks, separated by commas',
    })
    .default('loopback'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATA_DIR: z.string().optional(),
  BOOTSTRAP_API_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  ENCRYPTION_KEY: z
    .base64()
    .transform((value) => Buffer.from(value, 'base64'))
    .refine((key) => key.length === 32, { message: 'must be 32 bytes in base64' }),
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hex digits'),
  TWILIO_AUTH_TOKEN: z.string().min(1),
  TWILIO_API_URL: originOf(/^https?$/).default('https://api.twilio.com'),
  GOOGLE_API_KEY: z.string().optional(),
  GOOGLE_APPLICATION_CREDENTIALS: z.string().optional(),
  GOOGLE_PROJECT_ID: z.string().optional(),
  GOOGLE_SPEECH_ENDPOINT: hostAndPort.optional(),
  GOOGLE_TTS_ENDPOINT: hostAndPort.optional(),
  GOOGLE_CA_FILE: z.string().optional(),
  GOOGLE_STT_API: z.enum(['v1', 'v2']).default('v1'),
  GOOGLE_STT_MODEL: z.string().optional(),
  GOOGLE_STT_LOCATION: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'must be a location such as us or europe-west4')
    .optional(),
  GEMINI_API_KEY: z.string().optional(),
  GEMINI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  GEMINI_MODEL: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
  OPENAI_CA_FILE: z.string().optional(),
  OPENAI_PROJECT_ID: z
    .string()
    .regex(/^proj_\w+$/, 'must begin with proj_')
    .optional(),
  OPENAI_SIP_HOST: z.hostname().default('sip.api.openai.com'),
  OPENAI_REALTIME_MODEL: z.string().default('gpt-realtime-2.1'),
  OPENAI_TRANSCRIPTION_MODEL: z.string().default('gpt-transcribe'),
  REALTIME_SESSION_LIMIT_MS: milliseconds(3_600_000, 1_000),
  REALTIME_HANDOVER_BEFORE_MS: milliseconds(180_000, 100),
  PRICES_FILE: z.string().optional(),
  MAX_CALLS: count(200, 100_000),
  CALL_LIMIT_MS: milliseconds(1_800_000, 1_000, 7_200_000),
  MAX_UNAUTHENTICATED_SOCKETS: count(32, 100_000),
  START_TIMEOUT_MS: milliseconds(5_000),
  SESSION_TTL_MS: milliseconds(30_000, 1_000),
  OUTBOUND_SESSION_TTL_MS: milliseconds(900_000, 1_000),
  DRAIN_TIMEOUT_MS: milliseconds(600_000, 0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  WEBHOOK_ALLOW_HTTP_LOOPBACK: flag.default(false),
});

/** Everything that can be configured, checked and frozen. */
export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Origin as Twilio sees it, without a final slash. */
  readonly publicUrl: string;
  /** Whose `X-Forwarded-For` counts: `loopback`, or addresses and networks separated by commas. */
  readonly trustProxy: string;
  readonly database: { readonly url?: string; readonly dataDir?: string };
  readonly bootstrapApiKey?: string;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  readonly twilio: {
    readonly accountSid: string;
    readonly authToken: string;
    /** Origin of the REST API; only the doctor asks it. */
    readonly apiUrl: string;
  };
  readonly google: {
    readonly apiKey?: string;
    readonly credentialsFile?: string;
    readonly projectId?: string;
    readonly speechEndpoint?: string;
    readonly ttsEndpoint?: string;
    readonly caFile?: string;
    readonly sttApi: 'v1' | 'v2';
    readonly sttModel?: string;
    readonly sttLocation?: string;
  };
  readonly gemini: { readonly apiKey?: string; readonly baseUrl?: string; readonly model?: string };
  readonly openAi: {
    readonly apiKey?: string;
    /** Of the REST API; the socket's address is made of it. */
    readonly baseUrl: string;
    readonly caFile?: string;
    /** `proj_…`; needed for SIP. */
    readonly projectId?: string;
    readonly sipHost: string;
    readonly realtimeModel: string;
    readonly transcriptionModel: string;
    /** How long the provider keeps a session. */
    readonly sessionLimitMs: number;
    /** So long before the limit a call moves to a new session. */
    readonly handoverBeforeMs: number;
  };
  /** A price table in place of the built-in one. */
  readonly pricesFile?: string;
  readonly limits: {
    readonly maxCalls: number;
    /** How long a conversation may last. */
    readonly callLimitMs: number;
    readonly maxUnauthenticatedSockets: number;
    readonly startTimeoutMs: number;
    readonly sessionTtlMs: number;
    readonly outboundSessionTtlMs: number;
    readonly drainTimeoutMs: number;
  };
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly webhookAllowHttpLoopback: boolean;
}

/** Lists every variable that is missing or wrong, by name; never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly variables: readonly string[];

  constructor(problems: readonly { readonly variable: string; readonly problem: string }[]) {
    super(`bad configuration:\n${problems.map((p) => `  ${p.variable}: ${p.problem}`).join('\n')}`);
    this.variables = problems.map((p) => p.variable);
  }
}

/**
 * Reads the configuration from environment variables; an empty one counts as absent.
 * @throws ConfigError
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => ({
        variable: String(issue.path[0]),
        problem: String(issue.path[0]) in present ? issue.message : 'is required',
      })),
    );
  }
  const env = parsed.data;
  return deepFreeze({
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    database: given({ url: env.DATABASE_URL, dataDir: env.DATA_DIR }),
    ...given({ bootstrapApiKey: env.BOOTSTRAP_API_KEY }),
    encryptionKey: env.ENCRYPTION_KEY,
    twilio: {
      accountSid: env.TWILIO_ACCOUNT_SID,
      authToken: env.TWILIO_AUTH_TOKEN,
      apiUrl: env.TWILIO_API_URL,
    },
    google: {
      ...given({
        apiKey: env.GOOGLE_API_KEY,
        credentialsFile: env.GOOGLE_APPLICATION_CREDENTIALS,
        projectId: env.GOOGLE_PROJECT_ID,
        speechEndpoint: env.GOOGLE_SPEECH_ENDPOINT,
        ttsEndpoint: env.GOOGLE_TTS_ENDPOINT,
        caFile: env.GOOGLE_CA_FILE,
        sttModel: env.GOOGLE_STT_MODEL,
        sttLocation: env.GOOGLE_STT_LOCATION,
      }),
      sttApi: env.GOOGLE_STT_API,
    },
    gemini: given({
      apiKey: env.GEMINI_API_KEY,
      baseUrl: env.GEMINI_BASE_URL,
      model: env.GEMINI_MODEL,
    }),
    openAi: {
      ...given({
        apiKey: env.OPENAI_API_KEY,
        caFile: env.OPENAI_CA_FILE,
        projectId: env.OPENAI_PROJECT_ID,
      }),
      baseUrl: env.OPENAI_BASE_URL.replace(/\/$/, ''),
      sipHost: env.OPENAI_SIP_HOST,
      realtimeModel: env.OPENAI_REALTIME_MODEL,
      transcriptionModel: env.OPENAI_TRANSCRIPTION_MODEL,
      sessionLimitMs: env.REALTIME_SESSION_LIMIT_MS,
      handoverBeforeMs: env.REALTIME_HANDOVER_BEFORE_MS,
    },
    ...given({ pricesFile: env.PRICES_FILE }),
    limits: {
      maxCalls: env.MAX_CALLS,
      callLimitMs: env.CALL_LIMIT_MS,
      maxUnauthenticatedSockets: env.MAX_UNAUTHENTICATED_SOCKETS,
      startTimeoutMs: env.START_TIMEOUT_MS,
      sessionTtlMs: env.SESSION_TTL_MS,
      outboundSessionTtlMs: env.OUTBOUND_SESSION_TTL_MS,
      drainTimeoutMs: env.DRAIN_TIMEOUT_MS,
    },
    logLevel: env.LOG_LEVEL,
    webhookAllowHttpLoopback: env.WEBHOOK_ALLOW_HTTP_LOOPBACK,
  });
}

/** Nobody but the configuration has a use for these. */
const secrets = [
  'BOOTSTRAP_API_KEY',
  'DATABASE_URL',
  'ENCRYPTION_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'OPENAI_API_KEY',
  'TWILIO_AUTH_TOKEN',
];

/**
 * Reads the configuration of this process. The only place that looks at `process.env`. The secrets are
 * taken out of it: SDKs look for keys by themselves, and Gemini's warns of Google's.
 * @throws ConfigError
 */
export function loadProcessConfig(): Config {
  const config = loadConfig(process.env);
  for (const name of secrets) delete process.env[name];
  return config;
}

function isProxy(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (text === 'loopback' || (family !== 0 && prefix === undefined)) return true;
  const bits = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : Infinity;
  return rest.length === 0 && family !== 0 && bits <= (family === 4 ? 32 : 128);
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` wants it. */
function given<T extends Record<string, unknown>>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
