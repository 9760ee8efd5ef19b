import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { RealtimeSockets, type RealtimeSocketsOptions } from './realtime-socket.ts';

export interface RealtimeListener {
  /**
   * Serves the application over TLS as well.
   * @returns the origin, as `https://localhost:8443`
   * @throws if the address is taken, or the certificate is none
   */
  listen(
    host: string,
    port: number,
    tls: { readonly certPem: string; readonly keyPem: string },
  ): Promise<string>;
  close(): Promise<void>;
}

/** The Realtime API beside an application, whose server has to be closed by itself. */
export function startRealtime(
  app: FastifyInstance,
  options: RealtimeSocketsOptions,
): RealtimeListener {
  const sockets = new RealtimeSockets(options);
  const leave = sockets.serve(app.server);
  let secure: Server | undefined;
  return {
    async listen(host, port, { certPem, keyPem }) {
      const server = createServer({ cert: certPem, key: keyPem }, (request, response) =>
        app.routing(request, response),
      );
      secure = server;
      sockets.serve(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      // Certificates name hosts: the loopback's is `localhost`.
      const name = host === '127.0.0.1' || host === '::1' ? 'localhost' : host;
      return `https://${name}:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      leave();
      sockets.close();
      const server = secure;
      if (!server?.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
