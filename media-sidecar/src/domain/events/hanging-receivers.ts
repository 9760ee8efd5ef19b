import { bulkhead } from 'cockatiel';
import { WebhookError } from '../webhooks/webhook-client.ts';

/**
 * Receivers that let the last delivery run into its time limit. They get one delivery at a time, all of
 * them together: each may hold a worker for as long as the limit is, and the other workers are for
 * receivers that answer. Of this process only.
 */
export class HangingReceivers {
  readonly #subscriptions = new Set<string>();
  readonly #oneAtATime = bulkhead(1);

  /**
   * Any answer, and a refusal, too, ends the suspicion.
   * @throws BulkheadRejectedError at once, while another delivery to one of them is going on
   */
  async attempt<T>(subscriptionId: string, deliver: () => Promise<T>): Promise<T> {
    const hung = this.#subscriptions.has(subscriptionId);
    try {
      const reply = await (hung ? this.#oneAtATime.execute(deliver) : deliver());
      this.#subscriptions.delete(subscriptionId);
      return reply;
    } catch (error) {
      if (error instanceof WebhookError) this.#failed(subscriptionId, error);
      throw error;
    }
  }

  #failed(subscriptionId: string, { failure }: WebhookError): void {
    if (failure === 'timeout') this.#subscriptions.add(subscriptionId);
    else this.#subscriptions.delete(subscriptionId);
  }
}
