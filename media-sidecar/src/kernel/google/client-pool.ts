/** A client out of a pool, until it is given back. */
export interface Lease<Client> {
  readonly client: Client;
  /** Idempotent. */
  release(): void;
}

interface Member<Client> {
  readonly client: Client;
  leases: number;
}

/**
 * Spreads streams over clients, each with a connection of its own: servers allow about 100 streams
 * per HTTP/2 connection, and what comes on top would wait for its turn without an error.
 */
export class ClientPool<Client> {
  readonly #create: () => Client;
  readonly #dispose: (client: Client) => Promise<void>;
  readonly #maxLeases: number;
  readonly #members: Member<Client>[] = [];

  constructor(create: () => Client, dispose: (client: Client) => Promise<void>, maxLeases = 80) {
    this.#create = create;
    this.#dispose = dispose;
    this.#maxLeases = maxLeases;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The fullest client that has room, so that the others may be left idle. */
  lease(): Lease<Client> {
    let member = this.#members.find(({ leases }) => leases < this.#maxLeases);
    if (!member) {
      member = { client: this.#create(), leases: 0 };
      this.#members.push(member);
    }
    const leased = member;
    leased.leases += 1;
    let released = false;
    return {
      client: leased.client,
      release: () => {
        if (!released) leased.leases -= 1;
        released = true;
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.splice(0).map(({ client }) => this.#dispose(client)));
  }
}
