import type { TestContext } from 'node:test';
import { generate } from 'selfsigned';
import { startSimulator, type Simulator } from 'simulator';
import type { GoogleConnection } from '../../media-sidecar/src/kernel/google/connection.ts';

export const googleApiKey = 'a-google-key-of-tests';
export const geminiApiKey = 'a-gemini-key-of-tests';

export interface TestCloud {
  readonly simulator: Simulator;
  readonly connection: GoogleConnection;
}

/** The simulated cloud behind TLS, as the real one is: a private CA, keys that are checked. */
export async function startCloud(context: Pick<TestContext, 'after'>): Promise<TestCloud> {
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: { certPem: certificate.cert, keyPem: certificate.private },
    accounts: [{ accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) }],
    googleApiKey,
    geminiApiKey,
    controlKey: 'a-control-key-of-tests',
  });
  context.after(() => simulator.close());
  const port = simulator.grpcAddress.split(':').at(-1);
  return {
    simulator,
    connection: {
      credentials: { apiKey: googleApiKey },
      endpoint: `localhost:${port}`,
      caPem: certificate.cert,
      projectId: 'tests',
    },
  };
}
