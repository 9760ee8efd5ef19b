import { OpenAiError } from '../openai-error.ts';
import type { RealtimeSession } from './session-schema.ts';

interface Secret {
  readonly session: RealtimeSession;
  readonly expiresAtMs: number;
}

/** `ek_…`: keys for a while, each with the session that it opens. */
export class ClientSecrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(value: string, secret: Secret): void {
    for (const [old, { expiresAtMs }] of this.#secrets) {
      if (expiresAtMs < this.#now()) this.#secrets.delete(old);
    }
    this.#secrets.set(value, secret);
  }

  /** May be used again until it expires. @throws OpenAiError 401 */
  use(value: string): RealtimeSession {
    const secret = this.#secrets.get(value);
    if (!secret || secret.expiresAtMs < this.#now()) {
      throw new OpenAiError(401, 'Invalid or expired client secret.', { code: 'invalid_api_key' });
    }
    return secret.session;
  }
}
