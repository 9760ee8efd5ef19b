import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import { WebhookError } from '../webhooks/webhook-client.ts';

/** One fewer than the workers of `deliver-event`: it is for receivers that are not known to hang. */
const mostAtATime = 3;

/**
 * Receivers that let the last delivery run into its time limit. Each gets one delivery at a time, because it
 * may hold a worker for as long as the limit is, and all of them together a few. Of this process only.
 */
export class HangingReceivers {
  /** By subscription. */
  readonly #oneAtATime = new Map<string, BulkheadPolicy>();
  readonly #all = bulkhead(mostAtATime);

  /**
   * Any answer, and a refusal, too, ends the suspicion.
   * @throws BulkheadRejectedError at once, while it cannot be asked
   */
  async attempt<T>(subscriptionId: string, deliver: () => Promise<T>): Promise<T> {
    const one = this.#oneAtATime.get(subscriptionId);
    try {
      const reply = await (one ? one.execute(() => this.#all.execute(deliver)) : deliver());
      this.#oneAtATime.delete(subscriptionId);
      return reply;
    } catch (error) {
      if (error instanceof WebhookError) this.#failed(subscriptionId, error);
      throw error;
    }
  }

  #failed(subscriptionId: string, { failure }: WebhookError): void {
    if (failure !== 'timeout') this.#oneAtATime.delete(subscriptionId);
    else if (!this.#oneAtATime.has(subscriptionId)) {
      this.#oneAtATime.set(subscriptionId, bulkhead(1));
    }
  }
}
