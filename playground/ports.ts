import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export interface Ports {
  readonly n8n: number;
  readonly n8nBroker: number;
  readonly sidecar: number;
  readonly tlsFront: number;
  readonly simulator: number;
  readonly simulatorGrpc: number;
  readonly simulatorOpenAi: number;
}

/** What docs/contracts.md names. */
export const usualPorts = {
  n8n: 5678,
  n8nBroker: 5679,
  sidecar: 8100,
  tlsFront: 8443,
  simulator: 8200,
  simulatorGrpc: 8201,
  simulatorOpenAi: 8202,
} as const satisfies Ports;

/** The usual ports; another free one instead of each that is taken. */
export async function choosePorts(wanted: Ports = usualPorts): Promise<Ports> {
  const chosen: Record<string, number> = {};
  const held: { close(): Promise<void> }[] = [];
  for (const [name, port] of Object.entries(wanted) as [string, number][]) {
    // Held until all are chosen, so that no port is given out twice.
    const holder = (port === 0 ? undefined : await hold(port)) ?? (await hold(0));
    if (!holder) throw new Error('there is no free port on 127.0.0.1');
    held.push(holder);
    chosen[name] = holder.port;
  }
  await Promise.all(held.map((holder) => holder.close()));
  return chosen as unknown as Ports;
}

export const anyPorts: Ports = {
  n8n: 0,
  n8nBroker: 0,
  sidecar: 0,
  tlsFront: 0,
  simulator: 0,
  simulatorGrpc: 0,
  simulatorOpenAi: 0,
};

async function hold(port: number): Promise<{ port: number; close(): Promise<void> } | undefined> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
