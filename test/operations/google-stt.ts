import { generateKeyPairSync } from 'node:crypto';
import { mock } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { pcmBytes, wavFile } from '../../simulator/src/audio/wav.ts';
import type { Engine, RunInput, RunResult } from '../engine/engine.ts';

export const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const addresses = (url: string) => ({
  customEndpoints: true,
  speechBaseUrl: url,
  textToSpeechBaseUrl: url,
  storageBaseUrl: url,
  tokenUrl: `${url}/token`,
});

export const withApiKey = (url: string): Record<string, IDataObject> => ({
  googleSpeechApi: { authentication: 'apiKey', apiKey: 'a-key', ...addresses(url) },
});

let accounts = 0;
/** A service account of its own each time: access tokens are remembered. */
export const withAccount = (url: string): Record<string, IDataObject> => ({
  googleSpeechApi: {
    authentication: 'serviceAccount',
    email: `n8n-${String(++accounts)}@my-project.iam.gserviceaccount.com`,
    privateKey: privateKey.replace(/\n/g, '\\n'),
    projectId: 'my-project',
    ...addresses(url),
  },
});

/** Bursts of sound of half a second, one a second: "words" to be cut between. */
export function wavOf(seconds: number, sampleRateHz = 8000): Buffer {
  const pcm = Int16Array.from({ length: seconds * sampleRateHz }, (_, i) =>
    i % sampleRateHz < sampleRateHz / 2 ? Math.round(8000 * Math.sin(i / 3)) : 0,
  );
  return Buffer.from(wavFile(pcmBytes(pcm), { encoding: 'pcm', sampleRateHz, channels: 1 }));
}

export async function transcribe(
  engine: Engine,
  credentials: RunInput['credentials'],
  parameters: IDataObject = {},
  files: Buffer[] = [wavOf(2)],
  more: Partial<RunInput> = {},
): Promise<RunResult> {
  return await engine.run({
    node: 'googleSTT',
    parameters: { resource: 'audio', operation: 'transcribe', ...parameters },
    ...(credentials ? { credentials } : {}),
    items: files.map((file) => ({
      json: {},
      binary: { data: engine.binary(file, 'audio/wav', 'call.wav') },
    })),
    ...more,
  });
}

/** Pauses of the node pass at once; how long they were meant to be is written down. */
export function skipPauses(): { pauses: number[]; [Symbol.dispose](): void } {
  const pauses: number[] = [];
  const real = globalThis.setTimeout;
  const skipping = mock.method(globalThis, 'setTimeout', ((
    callback: () => void,
    ms?: number,
    ...rest: []
  ) => {
    const isPause = ms !== undefined && ms >= 200 && /sleep/.test(new Error().stack ?? '');
    if (isPause) pauses.push(ms);
    return real(callback, isPause ? 0 : ms, ...rest);
  }) as typeof setTimeout);
  return { pauses, [Symbol.dispose]: () => skipping.mock.restore() };
}

/** A reply of version 1 that says what was heard, or nothing. */
export const heard = (transcript?: string, more: IDataObject = {}): IDataObject => ({
  ...(transcript === undefined
    ? {}
    : {
        results: [
          {
            alternatives: [{ transcript, confidence: 0.9 }],
            resultEndTime: '1.500s',
            languageCode: 'es-cl',
            ...more,
          },
        ],
      }),
  totalBilledTime: '2s',
});

export const refusal = (code: number, status: string, message: string, details: object[] = []) => ({
  status: code,
  body: { error: { code, status, message, ...(details.length > 0 ? { details } : {}) } },
});
