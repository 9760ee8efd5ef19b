import { createHmac, randomBytes } from 'node:crypto';

export interface ProjectWebhook {
  readonly url: string;
  /** `whsec_` and the key in base64. */
  readonly secret: string;
}

export interface ProjectEvent {
  readonly type: string;
  readonly data: object;
}

/** What became of one attempt to deliver an event. */
export interface DeliveryAttempt {
  readonly webhookId: string;
  /** 0 when nobody answered. */
  readonly status: number;
}

/** Growing waits between attempts, ms; the real ones go on for up to 72 hours. */
const RETRY_AFTER_MS = [500, 2000, 10_000, 60_000];
const TIMEOUT_MS = 10_000;

/**
 * The webhooks of a project: signed as Standard Webhooks are, repeated with the same `webhook-id`
 * until they are acknowledged. https://developers.openai.com/api/docs/guides/webhooks
 */
export class ProjectWebhooks {
  readonly attempts: DeliveryAttempt[] = [];
  #webhooks: readonly ProjectWebhook[];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closing = new AbortController();

  constructor(webhooks: readonly ProjectWebhook[]) {
    this.#webhooks = webhooks;
  }

  /** Replaces the webhooks that the project's settings name. */
  set(webhooks: readonly ProjectWebhook[]): void {
    this.#webhooks = webhooks;
  }

  /** Begins to deliver; resolves when each webhook had its first attempt. */
  async send(event: ProjectEvent): Promise<void> {
    const body = JSON.stringify({
      object: 'event',
      id: `evt_${randomBytes(12).toString('hex')}`,
      type: event.type,
      created_at: Math.floor(Date.now() / 1000),
      data: event.data,
    });
    const webhookId = `wh_${randomBytes(12).toString('hex')}`;
    await Promise.all(this.#webhooks.map((webhook) => this.#attempt(webhook, webhookId, body, 0)));
  }

  close(): void {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #attempt(
    webhook: ProjectWebhook,
    webhookId: string,
    body: string,
    attempt: number,
  ): Promise<void> {
    const status = await this.#deliver(webhook, webhookId, body);
    if (this.#closing.signal.aborted) return;
    this.attempts.push({ webhookId, status });
    const waitMs = RETRY_AFTER_MS[attempt];
    if ((status >= 200 && status < 300) || waitMs === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(webhook, webhookId, body, attempt + 1);
    }, waitMs);
    this.#timers.add(timer);
  }

  async #deliver({ url, secret }: ProjectWebhook, id: string, body: string): Promise<number> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key)
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'user-agent': 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)',
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // Nobody there, or not in time: the next attempt may find somebody.
      return 0;
    }
  }
}
