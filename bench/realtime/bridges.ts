import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { sidecarCommand } from '../../media-sidecar/src/command.ts';
import { SidecarClient } from '../sidecar-client.ts';
import { startServerProcess, type ServerProcess } from '../sidecar-process.ts';
import { TENANT } from '../tenant.ts';
import { MODEL, VOICE } from './bridge-main.ts';
import { CommandClient } from './commands.ts';
import type { BridgeName } from './options.ts';
import type { ProbeCommands } from './probe-commands.ts';
import type { CallAddress } from './reports.ts';

/** Something that carries calls between Twilio and the model, as a process of its own. */
export interface Bridge {
  readonly name: BridgeName;
  readonly probe: CommandClient<ProbeCommands>;
  /** Warnings and errors of its log, counted by message. */
  readonly complaints: ReadonlyMap<string, number>;
  /** Where so many new calls connect to. */
  prepare(calls: number): Promise<CallAddress[]>;
  close(): Promise<void>;
}

export interface BridgeSettings {
  /** Origin of the model. */
  readonly modelOrigin: string;
  readonly databaseUrl: string | undefined;
}

const PROBE = new URL('./probe.ts', import.meta.url).href;
const SMALL = {
  relay: fileURLToPath(new URL('./relay-main.ts', import.meta.url)),
  agents: fileURLToPath(new URL('./agents-main.ts', import.meta.url)),
} as const;
/** The port of `discard` (RFC 863). */
const NOBODY = '127.0.0.1:9';
const OPENAI_API_KEY = `sk-${randomBytes(16).toString('hex')}`;
/** Sessions asked for at once: a limit of the embedded database, not of the benchmark. */
const SESSIONS_AT_ONCE = 10;

export function startBridge(name: BridgeName, settings: BridgeSettings): Promise<Bridge> {
  return name === 'ours' ? startSidecar(settings) : startSmall(name, settings);
}

async function startSmall(name: 'relay' | 'agents', settings: BridgeSettings): Promise<Bridge> {
  const modelUrl = `${settings.modelOrigin.replace('http', 'ws')}/v1/realtime?model=${MODEL}`;
  const server = await startServerProcess(
    [process.execPath, SMALL[name]],
    { MODEL_URL: modelUrl, OPENAI_API_KEY },
    PROBE,
  );
  const url = server.url.replace('http', 'ws');
  return bridgeOf(name, server, (calls) =>
    Promise.resolve(
      Array.from({ length: calls }, () => ({
        url,
        headers: {},
        start: { ...newCall(), accountSid: sid('AC'), customParameters: {} },
      })),
    ),
  );
}

async function startSidecar(settings: BridgeSettings): Promise<Bridge> {
  const accountSid = sid('AC');
  const authToken = randomBytes(16).toString('hex');
  const apiKey = randomBytes(24).toString('hex');
  const server = await startServerProcess(
    sidecarCommand,
    {
      PORT: '0',
      PUBLIC_URL: 'https://voice.example.com',
      BOOTSTRAP_API_KEY: apiKey,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      OPENAI_API_KEY,
      OPENAI_BASE_URL: `${settings.modelOrigin}/v1`,
      OPENAI_REALTIME_MODEL: MODEL,
      // Not asked in this benchmark: nobody is there.
      GOOGLE_SPEECH_ENDPOINT: NOBODY,
      GOOGLE_TTS_ENDPOINT: NOBODY,
      GEMINI_BASE_URL: `http://${NOBODY}`,
      GOOGLE_API_KEY: randomBytes(16).toString('hex'),
      GOOGLE_PROJECT_ID: 'bench',
      GEMINI_API_KEY: randomBytes(16).toString('hex'),
      ...(settings.databaseUrl === undefined ? {} : { DATABASE_URL: settings.databaseUrl }),
      MAX_CALLS: '2000',
      MAX_UNAUTHENTICATED_SOCKETS: '2000',
      SESSION_TTL_MS: '600000',
      LOG_LEVEL: 'info',
    },
    PROBE,
  );
  const client = new SidecarClient(server.url, apiKey);
  await client.putTenant(TENANT.slug, {
    ...TENANT.profile,
    pipeline: 'realtime',
    realtime: { model: MODEL, voice: VOICE, turnDetection: { type: 'semantic_vad' } },
  });
  const newAddress = async (): Promise<CallAddress> => {
    const call = newCall();
    const { sessionId, token, streamUrl, decision } = await client.createSession({
      calledNumber: TENANT.phoneNumber,
      direction: 'inbound',
      callSid: call.callSid,
      from: '+56911112222',
      to: TENANT.phoneNumber,
    });
    if (decision.action !== 'connect') throw new Error(`ours declines calls: ${decision.reason}`);
    const signature = createHmac('sha1', authToken).update(streamUrl).digest('base64');
    return {
      url: `${server.url.replace('http', 'ws')}${new URL(streamUrl).pathname}`,
      headers: { 'x-twilio-signature': signature },
      start: { ...call, accountSid, customParameters: { sessionId, token } },
    };
  };
  return bridgeOf('ours', server, async (calls) => {
    const addresses: CallAddress[] = [];
    while (addresses.length < calls) {
      const length = Math.min(SESSIONS_AT_ONCE, calls - addresses.length);
      addresses.push(...(await Promise.all(Array.from({ length }, newAddress))));
    }
    return addresses;
  });
}

function bridgeOf(
  name: BridgeName,
  server: ServerProcess,
  prepare: (calls: number) => Promise<CallAddress[]>,
): Bridge {
  return {
    name,
    probe: new CommandClient<ProbeCommands>(server.child),
    complaints: server.complaints,
    prepare,
    close: () => server.close(),
  };
}

function newCall(): { callSid: string; streamSid: string } {
  return { callSid: sid('CA'), streamSid: sid('MZ') };
}

function sid(prefix: string): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}
