import grpc from '@grpc/grpc-js';
import { GoogleAuth, JWT, PassThroughClient, type AuthClient } from 'google-auth-library';

/** Who we are to Google. */
export type GoogleCredentials =
  | { readonly apiKey: string }
  | { readonly serviceAccount: { readonly clientEmail: string; readonly privateKey: string } }
  /** What the machine has: workload identity, or the file that the environment names. */
  | { readonly applicationDefault: true };

export interface GoogleConnection {
  readonly credentials: GoogleCredentials;
  /** `host:port`; Google's own when absent. */
  readonly endpoint?: string;
  /** Certificates of a private CA, PEM; the public ones when absent. */
  readonly caPem?: string;
  /** Plain HTTP/2 without credentials: for a stand-in on the same machine. */
  readonly insecure?: boolean;
  readonly projectId?: string;
}

export interface GoogleService {
  /** e.g. `speech.googleapis.com`: the default host, and what a self-signed token is made out to. */
  readonly host: string;
}

const DEFAULT_PORT = 443;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Options for the constructor of one of Google's gRPC clients. They name the credentials in full, so
 * that the client neither reads the environment nor asks for the metadata server.
 * @throws RangeError for an endpoint that is not `host:port`
 */
export function googleClientOptions(connection: GoogleConnection, service: GoogleService) {
  const { host, port } = parseEndpoint(connection.endpoint ?? service.host);
  return {
    apiEndpoint: host,
    port,
    sslCreds: channelCredentials(connection, service),
    // The client asks it for the universe domain only; headers come from the channel credentials.
    authClient: new PassThroughClient(),
    // Clients of a pool are there to have connections of their own.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5000,
    ...(connection.projectId === undefined ? {} : { projectId: connection.projectId }),
  };
}

function parseEndpoint(endpoint: string): { host: string; port: number } {
  const match = /^([A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(endpoint);
  if (!match?.[1]) throw new RangeError('an endpoint is host:port');
  return { host: match[1], port: match[2] === undefined ? DEFAULT_PORT : Number(match[2]) };
}

function channelCredentials(connection: GoogleConnection, service: GoogleService) {
  if (connection.insecure) return grpc.credentials.createInsecure();
  const { caPem } = connection;
  return grpc.credentials.combineChannelCredentials(
    grpc.credentials.createSsl(caPem === undefined ? null : Buffer.from(caPem)),
    callCredentials(connection.credentials, `https://${service.host}/`),
  );
}

function callCredentials(credentials: GoogleCredentials, audience: string) {
  if ('apiKey' in credentials) {
    const { apiKey } = credentials;
    return grpc.credentials.createFromMetadataGenerator((_parameters, callback) => {
      const metadata = new grpc.Metadata();
      metadata.set('x-goog-api-key', apiKey);
      callback(null, metadata);
    });
  }
  const client = authClient(credentials);
  return grpc.credentials.createFromMetadataGenerator((_parameters, callback) => {
    client()
      .then((auth) => auth.getRequestHeaders(audience))
      .then((headers) => {
        const metadata = new grpc.Metadata();
        headers.forEach((value, name) => metadata.set(name, value));
        callback(null, metadata);
      })
      .catch((error: unknown) =>
        callback(error instanceof Error ? error : new Error(String(error))),
      );
  });
}

function authClient(
  credentials: Exclude<GoogleCredentials, { apiKey: string }>,
): () => Promise<AuthClient> {
  if ('serviceAccount' in credentials) {
    const { clientEmail: email, privateKey: key } = credentials.serviceAccount;
    const jwt = new JWT({ email, key });
    return () => Promise.resolve(jwt);
  }
  const auth = new GoogleAuth({ scopes: SCOPE });
  return () => auth.getClient();
}
