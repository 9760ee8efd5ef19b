import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CallReport, FromSimulator, SimulatorSettings, ToSimulator } from './protocol.ts';

/** The simulator, as a process of its own, so that its work is not counted as the sidecar's. */
export interface SimulatorProcess {
  readonly pid: number;
  /** Twilio's REST, Google's REST and Gemini. */
  readonly url: string;
  /** Google's gRPC, `host:port`. */
  readonly grpcAddress: string;
  round(
    round: Omit<Extract<ToSimulator, { type: 'round' }>, 'type'>,
  ): Promise<{ readonly reports: readonly CallReport[]; readonly lagsMs: readonly number[] }>;
  close(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('./simulator-main.ts', import.meta.url));

export async function startSimulatorProcess(
  settings: SimulatorSettings,
): Promise<SimulatorProcess> {
  const child = fork(MAIN, [], { serialization: 'advanced', stdio: 'inherit' });
  const exited = once(child, 'exit');
  const ask = async <T extends FromSimulator['type']>(
    request: ToSimulator,
    type: T,
  ): Promise<Extract<FromSimulator, { type: T }>> => {
    const reply = Promise.race([
      once(child, 'message').then(([message]) => message as FromSimulator),
      exited.then(() => ({ type: 'failed', message: 'the simulator ended' }) as const),
    ]);
    child.send(request);
    const message = await reply;
    if (message.type !== type) {
      throw new Error(message.type === 'failed' ? message.message : `unexpected ${message.type}`);
    }
    return message as Extract<FromSimulator, { type: T }>;
  };
  try {
    const { url, grpcAddress } = await ask({ type: 'start', options: settings }, 'ready');
    return {
      pid: child.pid as number,
      url,
      grpcAddress,
      round(round) {
        return ask({ type: 'round', ...round }, 'reports');
      },
      async close() {
        if (child.connected) child.send({ type: 'stop' } satisfies ToSimulator);
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
