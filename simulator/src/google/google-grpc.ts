import { createRequire } from 'node:module';
import grpc from '@grpc/grpc-js';
import type { Metadata, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Options } from '@grpc/proto-loader';
import type { Recognizer } from '../recognition/contract.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import type { Faults } from '../faults/faults.ts';
import { checkCredentials } from './credentials.ts';
import type { RecordingService } from './recording-service.ts';
import type { Principal, ServiceAccounts } from './service-accounts.ts';
import { speechHandlers } from './speech-service.ts';
import { synthesisHandlers } from './synthesis-service.ts';

export interface GoogleGrpcOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Without it the server speaks plain HTTP/2. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  readonly apiKeys: readonly string[];
  /**
   * Takes requests without credentials: a client with insecure channel credentials sends none.
   * @defaultValue false
   */
  readonly insecure?: boolean;
  readonly voices: Pick<EspeakVoices, 'speak' | 'voiceFor'>;
  readonly recognizer: Recognizer;
  readonly faults: Faults;
  readonly accounts: ServiceAccounts;
  readonly recordings: RecordingService;
}

export interface GoogleGrpcServer {
  /** `host:port` */
  readonly address: string;
  readonly port: number;
  /** Ends open calls too. */
  close(): Promise<void>;
}

const PROTO_OPTIONS = {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
} as const satisfies Options;

const load = createRequire(import.meta.url);

/** The definition of a service, from the descriptors that Google's own client brings. */
function serviceOf(descriptors: string, service: string): ServiceDefinition {
  const definitions = fromJSON(load(descriptors) as Parameters<typeof fromJSON>[0], PROTO_OPTIONS);
  return definitions[service] as ServiceDefinition;
}

/** Repeatable numbers between 0 and 1 (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const firstOf = (metadata: Metadata, name: string): string | undefined =>
  metadata.get(name)[0]?.toString();

/**
 * Google Speech-to-Text v1 and v2 and Text-to-Speech v1, over gRPC.
 * @throws if the address is taken
 */
export async function startGoogleGrpc(options: GoogleGrpcOptions): Promise<GoogleGrpcServer> {
  const { apiKeys, insecure = false, voices, recognizer, faults, accounts, recordings } = options;
  const authenticate =
    (service: string) =>
    (call: { readonly metadata: Metadata }): Principal | undefined =>
      checkCredentials(
        {
          apiKey: firstOf(call.metadata, 'x-goog-api-key'),
          authorization: firstOf(call.metadata, 'authorization'),
        },
        { apiKeys, service, insecure, accounts },
      );
  const random = seeded(faults.current.speech.seed);
  // The bounds of messages are the services' own, with errors of their own.
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
  const add = (definition: ServiceDefinition, handlers: object): void =>
    server.addService(definition, handlers as UntypedServiceImplementation);
  const speech = '@google-cloud/speech/build/protos/protos.json';
  for (const version of ['v1', 'v2'] as const) {
    const parts = {
      recognizer,
      recordings,
      faults,
      random,
      authenticate: authenticate('speech.googleapis.com'),
    };
    add(serviceOf(speech, `google.cloud.speech.${version}.Speech`), speechHandlers(version, parts));
  }
  add(
    serviceOf(
      '@google-cloud/text-to-speech/build/protos/protos.json',
      'google.cloud.texttospeech.v1.TextToSpeech',
    ),
    synthesisHandlers({
      voices,
      faults,
      authenticate: authenticate('texttospeech.googleapis.com'),
    }),
  );
  const credentials = options.tls
    ? grpc.ServerCredentials.createSsl(null, [
        {
          cert_chain: Buffer.from(options.tls.certPem),
          private_key: Buffer.from(options.tls.keyPem),
        },
      ])
    : grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `${options.host}:${port}`,
    port,
    close() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
