/** Where OpenAI is, and who asks. */
export interface OpenAiConnection {
  readonly apiKey: string;
  /** @defaultValue `https://api.openai.com/v1` */
  readonly baseUrl?: string;
  /** A private CA that signs the server's certificate. @defaultValue the system's */
  readonly caPem?: string;
  /** `proj_…`. @defaultValue the key's */
  readonly projectId?: string;
  /** `org-…`. @defaultValue the key's */
  readonly organization?: string;
}

export interface OpenAiRealtimeOptions {
  /**
   * From `open` to the settings taken: upgrade, `session.created` and `session.updated`. Shorter than a
   * conversation waits for a session (4 s), so that it is the provider that is seen to fail.
   * @defaultValue 3500 ms
   */
  readonly connectTimeoutMs: number;
  /**
   * The same for the control of a call, which a conversation waits for longer (10 s): OpenAI takes 5.2 to
   * 5.5 s to say that it has no such call (any more), https://community.openai.com/t/1396002
   * @defaultValue 7000 ms
   */
  readonly controlConnectTimeoutMs: number;
  /**
   * Somebody waits on the phone while a dead socket is not noticed.
   * @defaultValue 4000 ms between two pings
   */
  readonly pingIntervalMs: number;
  /** A socket that is silent for so long after a ping is dead. @defaultValue 2500 ms */
  readonly pongTimeoutMs: number;
  /** So much that the socket could not send yet means that nobody reads it. @defaultValue 1 MiB */
  readonly maxBufferedBytes: number;
  /**
   * Caller audio that is held until the session is ready; the oldest goes first. What a conversation keeps
   * of a long speech (60 s), and what comes while a new session connects. All of it, as it is sent, has to
   * stay below `maxBufferedBytes`.
   * @defaultValue 65000 ms
   */
  readonly maxHeldAudioMs: number;
  /**
   * How long a session that is finished waits for the caller's last words and for what its last response
   * cost: the record of the call, and who waits for it, are so much later.
   * @defaultValue 3000 ms
   */
  readonly finishWithinMs: number;
}

export const defaultOpenAiRealtimeOptions = {
  connectTimeoutMs: 3500,
  controlConnectTimeoutMs: 7000,
  pingIntervalMs: 4000,
  pongTimeoutMs: 2500,
  maxBufferedBytes: 1024 * 1024,
  maxHeldAudioMs: 65_000,
  finishWithinMs: 3000,
} as const satisfies OpenAiRealtimeOptions;

const DEFAULT_BASE_URL = 'https://api.openai.com/v1';

/** Without a slash at its end. */
export function baseUrlOf({ baseUrl = DEFAULT_BASE_URL }: OpenAiConnection): string {
  return baseUrl.replace(/\/+$/, '');
}

export function headersOf(connection: OpenAiConnection): Record<string, string> {
  const { apiKey, projectId, organization } = connection;
  return {
    authorization: `Bearer ${apiKey}`,
    ...(projectId === undefined ? {} : { 'openai-project': projectId }),
    ...(organization === undefined ? {} : { 'openai-organization': organization }),
  };
}
