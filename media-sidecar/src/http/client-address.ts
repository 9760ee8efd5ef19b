import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Proxies whose word about the client's address counts. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @param text `loopback`, addresses and networks (`10.0.0.0/8`), separated by commas */
  constructor(text: string) {
    for (const entry of text.split(',').map((each) => each.trim())) {
      if (entry === '') continue;
      if (entry === 'loopback') {
        this.#list.addSubnet('127.0.0.0', 8, 'ipv4');
        this.#list.addAddress('::1', 'ipv6');
        continue;
      }
      const [address = '', prefix] = entry.split('/');
      const family = familyOf(address);
      if (family === undefined) throw new RangeError('a trusted proxy is an address or a network');
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  has(address: string): boolean {
    const family = familyOf(address);
    return family !== undefined && this.#list.check(address, family);
  }

  /** Address of the client: the nearest one that is no trusted proxy. */
  clientOf(request: IncomingMessage): string {
    const header = request.headers['x-forwarded-for'];
    const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
    const hops = [request.socket.remoteAddress ?? '', ...forwarded.reverse()].map((hop) =>
      hop.trim(),
    );
    return hops.find((hop) => hop !== '' && !this.has(hop)) ?? hops[0] ?? '';
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const family = isIP(address);
  return family === 0 ? undefined : family === 4 ? 'ipv4' : 'ipv6';
}
