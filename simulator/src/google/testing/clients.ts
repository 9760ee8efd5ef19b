import type { TestContext } from 'node:test';
import grpc from '@grpc/grpc-js';
import { v1, v2 } from '@google-cloud/speech';
import { TextToSpeechClient } from '@google-cloud/text-to-speech';
import { generate } from 'selfsigned';
import { createFaults } from '../../faults/faults.ts';
import type { FaultChanges, Faults } from '../../faults/faults.ts';
import { createRecognizer } from '../../recognition/recognizer.ts';
import type { EspeakVoices } from '../../voices/espeak-voices.ts';
import { createGoogleCloud } from '../cloud.ts';
import { startGoogleGrpc } from '../google-grpc.ts';
import type { GoogleGrpcServer } from '../google-grpc.ts';

export const API_KEY = 'simulated-google-key';

export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export async function testCertificate(): Promise<TestCertificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { certPem: cert, keyPem: key };
}

export interface TestCloud {
  readonly server: GoogleGrpcServer;
  readonly faults: Faults;
  readonly speech: v1.SpeechClient;
  readonly speechV2: v2.SpeechClient;
  readonly tts: TextToSpeechClient;
}

/** What Google's own clients need to believe that this is Google; an API key instead of an account. */
function clientOptions(port: number, certificate: TestCertificate, apiKey: string | undefined) {
  const { certPem } = certificate;
  const metadata = grpc.credentials.createFromMetadataGenerator((_parameters, callback) => {
    const shown = new grpc.Metadata();
    if (apiKey !== undefined) shown.set('x-goog-api-key', apiKey);
    callback(null, shown);
  });
  return {
    apiEndpoint: 'localhost',
    port,
    projectId: 'simulated',
    credentials: { client_email: 'robot@simulated.iam', private_key: certificate.keyPem },
    sslCreds: grpc.credentials.combineChannelCredentials(
      grpc.credentials.createSsl(Buffer.from(certPem)),
      metadata,
    ),
  };
}

/** A cloud over TLS with the real clients connected; closed when the test ends. */
export async function startTestCloud(
  context: Pick<TestContext, 'after'>,
  voices: EspeakVoices,
  certificate: TestCertificate,
  changes: FaultChanges = {},
  apiKey: string | undefined = API_KEY,
  channelOptions: grpc.ChannelOptions = {},
): Promise<TestCloud> {
  const faults = createFaults(changes);
  const server = await startGoogleGrpc({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    apiKeys: [API_KEY],
    voices,
    recognizer: createRecognizer(voices.lexicon),
    faults,
    ...createGoogleCloud({ lexicon: voices.lexicon, faults }),
  });
  const shownKey = apiKey === '' ? undefined : apiKey;
  const options = { ...channelOptions, ...clientOptions(server.port, certificate, shownKey) };
  const speech = new v1.SpeechClient(options);
  const speechV2 = new v2.SpeechClient(options);
  const tts = new TextToSpeechClient(options);
  context.after(async () => {
    await Promise.all([speech.close(), speechV2.close(), tts.close()]);
    await server.close();
  });
  return { server, faults, speech, speechV2, tts };
}
