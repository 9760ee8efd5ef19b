import { once } from 'node:events';
import {
  connect,
  createServer,
  type AddressInfo,
  type NetConnectOpts,
  type Socket,
} from 'node:net';
import { pipeline } from 'node:stream';

/**
 * A way to a real database that can be cut, or stalled, and mended: it dies for one pool and lives
 * for others.
 */
export class DatabaseProxy {
  readonly #target: NetConnectOpts;
  readonly #clients = new Set<Socket>();
  readonly #server = createServer((client) => this.#join(client));
  #port = 0;
  #isStalled = false;

  private constructor(target: NetConnectOpts) {
    this.#target = target;
  }

  static async to(target: NetConnectOpts): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target);
    await proxy.mend();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Breaks every connection, and refuses new ones. */
  async cut(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const client of this.#clients) client.resetAndDestroy();
    await closed;
  }

  /**
   * Lets nothing through any more, without breaking a connection, like a server whose machine has
   * vanished: those that are there are lost for good, new ones until `mend`.
   */
  stall(): void {
    this.#isStalled = true;
    for (const client of this.#clients) client.pause();
  }

  /** Listens where it has listened before, or lets new connections through again. */
  async mend(): Promise<void> {
    this.#isStalled = false;
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #join(client: Socket): void {
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    if (this.#isStalled) {
      client.on('error', () => undefined);
      return;
    }
    const server = connect(this.#target);
    // Whichever end breaks takes the other along.
    pipeline(client, server, client, () => undefined);
  }
}
