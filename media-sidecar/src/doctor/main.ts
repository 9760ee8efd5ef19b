/**
 * `npm run doctor`: whether calls would find their way, and what to set where. Reads the sidecar's
 * configuration from the environment, asks, and changes nothing. Exit code 1 when there is a
 * problem, 2 when the configuration itself is wrong.
 */
import { readFile } from 'node:fs/promises';
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { ConfigError, loadProcessConfig } from '../config/config.ts';
import { examine, report } from './examine.ts';
import type { HttpGet } from './finding.ts';
import type { TlsConnect } from './network-checks.ts';

const patienceMs = 5000;
const maxBodyBytes = 4_194_304;

try {
  const config = loadProcessConfig();
  const { caFile } = config.openAi;
  const ca = caFile === undefined ? undefined : [...rootCertificates, await readCa(caFile)];
  const examination = await examine(config, { get: httpGet(ca), connect });
  process.stdout.write(report(examination));
  process.exitCode = examination.findings.some(({ state }) => state === 'problem') ? 1 : 0;
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/** @throws ConfigError */
async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    const problem = 'names a file that cannot be read';
    throw new ConfigError([{ variable: 'OPENAI_CA_FILE', problem }]);
  }
}

function httpGet(ca: readonly string[] | undefined): HttpGet {
  return (url, headers = {}) =>
    new Promise((resolve, reject) => {
      const options = {
        headers,
        signal: AbortSignal.timeout(patienceMs),
        ...(ca && { ca: [...ca] }),
      };
      const request = (url.startsWith('https:') ? getSecure : getPlain)(
        url,
        options,
        (response) => {
          const parts: Buffer[] = [];
          let bytes = 0;
          response.on('data', (part: Buffer) => {
            parts.push(part);
            bytes += part.length;
            if (bytes > maxBodyBytes) request.destroy(new Error('the answer is too long'));
          });
          response.once('error', reject);
          response.once('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(parts).toString('utf8'),
            });
          });
        },
      );
      request.once('error', reject);
    });
}

/** `connect` over TLS, and goodbye. */
function connect(host: string, port: number): ReturnType<TlsConnect> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port, servername: host }, () => {
      socket.destroy();
      resolve();
    });
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', reject);
  });
}
