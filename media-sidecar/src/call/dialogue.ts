import type { LlmMessage } from '../llm/contract.ts';

interface CallerEntry {
  readonly turnId: string;
  text: string;
}

/**
 * The conversation as the model is told of it: what the caller said, and of the agent's words only
 * those that were heard.
 */
export class Dialogue {
  readonly #entries: (CallerEntry | readonly LlmMessage[])[] = [];

  /**
   * A snapshot; `nextText` is a turn of the caller that has not ended yet, `withoutTurnId` one that
   * is going to be heard once more.
   */
  messages(nextText?: string, withoutTurnId?: string): LlmMessage[] {
    const entries = this.#entries.filter(
      (entry) => !('turnId' in entry) || entry.turnId !== withoutTurnId,
    );
    const messages = entries.flatMap((entry): readonly LlmMessage[] =>
      'turnId' in entry ? [{ role: 'caller', text: entry.text }] : entry,
    );
    if (nextText !== undefined) messages.push({ role: 'caller', text: nextText });
    return messages;
  }

  /** @param heardBefore a turn that was heard once more, and is this one: it keeps its place */
  callerSaid(turnId: string, text: string, heardBefore?: string): void {
    const at = this.#entries.findIndex(
      (entry) => 'turnId' in entry && entry.turnId === heardBefore,
    );
    if (at < 0) this.#entries.push({ turnId, text });
    else this.#entries[at] = { turnId, text };
  }

  textOf(turnId: string): string | undefined {
    const entry = this.#entries.find((one) => 'turnId' in one && one.turnId === turnId);
    return entry && 'turnId' in entry ? entry.text : undefined;
  }

  /** The recogniser's late wording of a turn. */
  correct(turnId: string, text: string): void {
    const entry = this.#entries.find((one) => 'turnId' in one && one.turnId === turnId);
    if (entry && 'turnId' in entry) entry.text = text;
  }

  /** The turn goes on: it will come again with all its words. */
  reopen(turnId: string): void {
    const last = this.#entries.at(-1);
    if (last && 'turnId' in last && last.turnId === turnId) this.#entries.pop();
  }

  add(messages: readonly LlmMessage[]): void {
    if (messages.length > 0) this.#entries.push(messages);
  }
}
