import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';

/** What a load balancer does in production: TLS ends here, and goes on to the sidecar in the clear. */
export interface TlsFront {
  /** `https://localhost:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate for `localhost` that is its own issuer. */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certPem: made.cert, keyPem: made.private };
}

/** @param listenPort 0: any free port */
export async function startTlsFront(
  { certPem, keyPem }: Certificate,
  target: () => { readonly host: string; readonly port: number },
  listenPort = 0,
): Promise<TlsFront> {
  const open = new Set<Socket>();
  const server = createServer({ cert: certPem, key: keyPem }, (outside) => {
    const inside = connect(target());
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      // An error of one side ends the other; its `close` follows.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(listenPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
