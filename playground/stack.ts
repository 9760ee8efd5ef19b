import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sidecarCommand } from '../media-sidecar/src/command.ts';
import { saveCredentials } from './credentials.ts';
import { makeCertificate, startTlsFront, type TlsFront } from './tls-front.ts';
import { N8nClient, type N8nWorkflow } from './n8n/client.ts';
import { n8nProcess } from './n8n/process.ts';
import { projectDir } from './paths.ts';
import type { Ports } from './ports.ts';
import { sampleTenants, type SampleTenant } from './sample-tenants.ts';
import { ownerEmail, type Secrets } from './secrets.ts';
import { ServiceProcess } from './processes/service-process.ts';
import { canvasNumber, importTemplates, incomingSipCallUrl } from './templates.ts';

export interface StackOptions {
  /** Databases, logs and keys of this stack. */
  readonly dataDir: string;
  /** Where n8n is installed. */
  readonly n8nDir: string;
  readonly ports: Ports;
  readonly secrets: Secrets;
  /** A PostgreSQL server instead of the embedded database. */
  readonly databaseUrl?: string;
  /** @defaultValue false: keeps to the dealers' business hours */
  readonly alwaysOpen?: boolean;
  /** Environment of the sidecar that differs from the playground's. */
  readonly sidecarEnv?: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
  /** A part ended by itself: the stack is of no use any more. */
  readonly onFailure: (error: Error) => void;
  /** Aborted while the stack starts: what has started is stopped. */
  readonly signal?: AbortSignal;
}

/** Everything that `npm start` brings up. */
export interface Stack {
  readonly tenants: readonly SampleTenant[];
  readonly secrets: Secrets;
  readonly urls: {
    readonly n8n: string;
    readonly workflow: string;
    readonly sidecar: string;
    readonly simulator: string;
    readonly phone: string;
  };
  readonly n8n: N8nClient;
  /** The contact center. */
  readonly workflow: N8nWorkflow;
  /** Every template, by the name of its folder. */
  readonly templates: ReadonlyMap<string, N8nWorkflow>;
  /** Credential type to the id that n8n gave it. */
  readonly credentialIds: Readonly<Record<string, string>>;
  readonly sidecar: ServiceProcess;
  stop(): Promise<void>;
}

/** The simulated OpenAI project, to which SIP calls are addressed. */
export const openAiProjectId = 'proj_playground';

const origin = (port: number): string => `http://127.0.0.1:${String(port)}`;

/**
 * Starts the parts in the order in which they need each other.
 * @throws Error of the first that fails, or why it was aborted; then nothing is left running
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, ports, secrets, onProgress, onFailure, signal } = options;
  const tenants = sampleTenants({ alwaysOpen: options.alwaysOpen ?? false });
  await using undo = new AsyncDisposableStack();
  const start = async (service: ServiceProcess): Promise<void> => {
    signal?.throwIfAborted();
    undo.defer(() => service.stop());
    await service.start(onFailure, signal);
  };
  const logs = join(dataDir, 'logs');
  await mkdir(logs, { recursive: true });
  const certificate = await makeCertificate();
  const caFile = join(dataDir, 'ca.pem');
  await writeFile(caFile, certificate.certPem);

  onProgress('starting the simulated telephone network and clouds');
  await start(await simulatorProcess(options, tenants, certificate, logs));
  const front: TlsFront = await startTlsFront(
    certificate,
    () => ({ host: '127.0.0.1', port: ports.sidecar }),
    ports.tlsFront,
  );
  undo.defer(() => front.close());

  onProgress('starting the media sidecar and its database');
  const sidecar = sidecarProcess(options, caFile, front.url, logs);
  await start(sidecar);
  await seedTenants(origin(ports.sidecar), secrets.platformKey, tenants);

  onProgress('starting n8n (half a minute; the first time a little longer)');
  await mkdir(join(dataDir, 'n8n'), { recursive: true });
  await start(
    await n8nProcess({
      installDir: options.n8nDir,
      userFolder: join(dataDir, 'n8n'),
      port: ports.n8n,
      brokerPort: ports.n8nBroker,
      encryptionKey: secrets.n8nEncryptionKey,
      log: join(logs, 'n8n.log'),
    }),
  );
  const n8n = new N8nClient(origin(ports.n8n));
  await n8n.enter({ email: ownerEmail, password: secrets.ownerPassword });
  onProgress('importing the workflow templates');
  const credentialIds = await saveCredentials(n8n, secrets, {
    simulator: origin(ports.simulator),
    sidecar: origin(ports.sidecar),
  });
  const templates = await importTemplates(n8n, credentialIds, {
    ...numbersByTemplate(tenants),
    'ivr-on-canvas': [canvasNumber],
  });
  const workflow = templates.get('contact-center');
  if (!workflow) throw new Error('the template of the contact center is missing');

  signal?.throwIfAborted();
  const running = undo.move();
  let stopping: Promise<void> | undefined;
  return {
    tenants,
    secrets,
    n8n,
    workflow,
    templates,
    credentialIds,
    sidecar,
    urls: {
      n8n: origin(ports.n8n),
      workflow: `${origin(ports.n8n)}/workflow/${workflow.id}`,
      sidecar: origin(ports.sidecar),
      simulator: origin(ports.simulator),
      phone: `${origin(ports.simulator)}/phone?key=${secrets.controlKey}`,
    },
    stop: () => (stopping ??= running.disposeAsync()),
  };
}

function numbersByTemplate(tenants: readonly SampleTenant[]): Record<string, string[]> {
  const numbers: Record<string, string[]> = {};
  for (const { phoneNumber, template } of tenants.flatMap(({ lines }) => lines)) {
    (numbers[template] ??= []).push(phoneNumber);
  }
  return numbers;
}

async function simulatorProcess(
  { dataDir, ports, secrets }: StackOptions,
  tenants: readonly SampleTenant[],
  certificate: { readonly certPem: string; readonly keyPem: string },
  logs: string,
): Promise<ServiceProcess> {
  const configFile = join(dataDir, 'simulator.json');
  const config = {
    port: ports.simulator,
    grpcPort: ports.simulatorGrpc,
    grpcTls: certificate,
    trustedCaPem: certificate.certPem,
    googleApiKey: secrets.googleApiKey,
    geminiApiKey: secrets.geminiApiKey,
    openAiApiKey: secrets.openAiApiKey,
    openAiProjectId,
    openAiTls: certificate,
    openAiPort: ports.simulatorOpenAi,
    openAiWebhooks: [
      { url: await incomingSipCallUrl(origin(ports.n8n)), secret: secrets.openAiWebhookSecret },
    ],
    controlKey: secrets.controlKey,
    accounts: [
      {
        accountSid: secrets.accountSid,
        authToken: secrets.authToken,
        friendlyName: 'Playground',
        numbers: [
          ...tenants.flatMap(({ lines, profile }) =>
            lines.map(({ phoneNumber }) => ({ phoneNumber, friendlyName: profile.name })),
          ),
          { phoneNumber: canvasNumber, friendlyName: 'Menu on the canvas' },
        ],
      },
    ],
  };
  await writeFile(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  return new ServiceProcess({
    name: 'simulator',
    command: [process.execPath, join(projectDir, 'simulator/src/main.ts'), '--config', configFile],
    env: {},
    log: join(logs, 'simulator.log'),
    readyWhen: (line) => line.startsWith('{"url"'),
  });
}

function sidecarProcess(
  options: StackOptions,
  caFile: string,
  publicUrl: string,
  logs: string,
): ServiceProcess {
  const { dataDir, ports, secrets } = options;
  return new ServiceProcess({
    name: 'media sidecar',
    command: sidecarCommand,
    log: join(logs, 'sidecar.log'),
    stopTimeoutMs: 30_000,
    readyWhen: (line) => line.includes('media sidecar is listening'),
    env: {
      PORT: String(ports.sidecar),
      PUBLIC_URL: publicUrl,
      ...(options.databaseUrl
        ? { DATABASE_URL: options.databaseUrl }
        : { DATA_DIR: join(dataDir, 'database') }),
      BOOTSTRAP_API_KEY: secrets.platformKey,
      ENCRYPTION_KEY: secrets.sidecarEncryptionKey,
      TWILIO_ACCOUNT_SID: secrets.accountSid,
      TWILIO_AUTH_TOKEN: secrets.authToken,
      GOOGLE_API_KEY: secrets.googleApiKey,
      GOOGLE_PROJECT_ID: 'playground',
      GOOGLE_SPEECH_ENDPOINT: `localhost:${String(ports.simulatorGrpc)}`,
      GOOGLE_TTS_ENDPOINT: `localhost:${String(ports.simulatorGrpc)}`,
      GOOGLE_CA_FILE: caFile,
      GEMINI_API_KEY: secrets.geminiApiKey,
      GEMINI_BASE_URL: origin(ports.simulator),
      OPENAI_API_KEY: secrets.openAiApiKey,
      OPENAI_BASE_URL: `https://localhost:${String(ports.simulatorOpenAi)}/openai/v1`,
      OPENAI_CA_FILE: caFile,
      OPENAI_PROJECT_ID: openAiProjectId,
      WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
      DRAIN_TIMEOUT_MS: '5000',
      ...options.sidecarEnv,
    },
  });
}

async function seedTenants(
  sidecarUrl: string,
  platformKey: string,
  tenants: readonly SampleTenant[],
): Promise<void> {
  for (const { slug, profile } of tenants) {
    const response = await fetch(`${sidecarUrl}/v1/tenants/${slug}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${platformKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(profile),
    });
    if (!response.ok) {
      throw new Error(`the sidecar refused the sample tenant ${slug}: ${await response.text()}`);
    }
  }
}
