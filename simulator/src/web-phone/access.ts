import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Name of the WebSocket protocol of the page; the key travels beside it as `key.<base64url>`. */
export const PHONE_PROTOCOL = 'web-phone.v1';
const KEY_PREFIX = 'key.';

/** Compares digests, so that neither the time taken nor an exception tells the length of the key. */
export function isSameKey(expected: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

/**
 * A browser sends Origin with every WebSocket handshake and scripts cannot change it, so a page of
 * another site cannot use the phone even in a browser that knows the key.
 */
export function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && originHost === host.toLowerCase();
}

/**
 * The key of a WebSocket handshake. Browsers cannot set headers there, and a query string would end
 * up in access logs, so it is one of the offered protocols.
 */
export function keyOfHandshake(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
  const carrier = offered.map((name) => name.trim()).find((name) => name.startsWith(KEY_PREFIX));
  if (carrier === undefined) return undefined;
  return Buffer.from(carrier.slice(KEY_PREFIX.length), 'base64url').toString('utf8');
}
