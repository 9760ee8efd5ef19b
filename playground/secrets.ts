import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Keys of a playground: made up once, at random, so that nothing on loopback is open to everybody. */
export interface Secrets {
  readonly accountSid: string;
  readonly authToken: string;
  readonly googleApiKey: string;
  readonly geminiApiKey: string;
  readonly openAiApiKey: string;
  readonly openAiWebhookSecret: string;
  readonly controlKey: string;
  readonly platformKey: string;
  readonly sidecarEncryptionKey: string;
  readonly n8nEncryptionKey: string;
  readonly ownerPassword: string;
}

export const ownerEmail = 'owner@example.com';

export function makeSecrets(): Secrets {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
  return {
    accountSid: `AC${hex(16)}`,
    authToken: hex(16),
    googleApiKey: `AIza${hex(18)}`,
    geminiApiKey: `AIza${hex(18)}`,
    openAiApiKey: `sk-${hex(24)}`,
    openAiWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    controlKey: hex(16),
    platformKey: `va_${hex(24)}`,
    sidecarEncryptionKey: randomBytes(32).toString('base64'),
    n8nEncryptionKey: hex(24),
    // n8n asks for a capital letter and a digit.
    ownerPassword: `Voz-${hex(6)}-1`,
  };
}

/** The secrets in `file`; those that it lacks are made now. Only the owner may read it. */
export async function loadSecrets(file: string): Promise<Secrets> {
  const stored = await readSecrets(file);
  const secrets = { ...makeSecrets(), ...stored };
  if (Object.keys(secrets).every((name) => name in stored)) return secrets;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

async function readSecrets(file: string): Promise<Partial<Secrets>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return {};
  }
}
