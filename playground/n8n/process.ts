import { mkdir, symlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectDir } from '../paths.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { n8nBin } from './install.ts';

export interface N8nProcessOptions {
  readonly installDir: string;
  /** n8n's user folder. */
  readonly userFolder: string;
  readonly port: number;
  /** Where n8n's own task runner finds its broker. */
  readonly brokerPort: number;
  readonly encryptionKey: string;
  readonly log: string;
}

const packageName = 'n8n-nodes-voice-agents';

/** n8n with this checkout's nodes linked in, on loopback, silent towards the outside. */
export async function n8nProcess(options: N8nProcessOptions): Promise<ServiceProcess> {
  const nodesDir = join(options.userFolder, '.n8n', 'nodes', 'node_modules');
  await mkdir(nodesDir, { recursive: true });
  const link = join(nodesDir, packageName);
  await rm(link, { force: true });
  await symlink(projectDir, link, 'dir');
  const port = String(options.port);
  return new ServiceProcess({
    name: 'n8n',
    command: [process.execPath, n8nBin(options.installDir), 'start'],
    cwd: options.userFolder,
    log: options.log,
    startTimeoutMs: 300_000,
    stopTimeoutMs: 30_000,
    readyWhen: (line) => line.includes('Editor is now accessible'),
    env: {
      N8N_USER_FOLDER: options.userFolder,
      N8N_LISTEN_ADDRESS: '127.0.0.1',
      N8N_PORT: port,
      N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
      N8N_EDITOR_BASE_URL: `http://127.0.0.1:${port}/`,
      N8N_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
      N8N_ENCRYPTION_KEY: options.encryptionKey,
      // The editor is opened over plain http on loopback.
      N8N_SECURE_COOKIE: 'false',
      N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
      // n8n would install what is in nodes/ again from the registry when it misses something.
      N8N_REINSTALL_MISSING_PACKAGES: 'false',
      N8N_DIAGNOSTICS_ENABLED: 'false',
      N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
      N8N_TEMPLATES_ENABLED: 'false',
      N8N_PERSONALIZATION_ENABLED: 'false',
      N8N_HIRING_BANNER_ENABLED: 'false',
      N8N_COMMUNITY_PACKAGES_REGISTRY_CHECK: 'false',
      N8N_DISABLED_MODULES: 'mcp-registry',
      EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
      GENERIC_TIMEZONE: 'America/Santiago',
      N8N_LOG_LEVEL: 'info',
    },
  });
}
