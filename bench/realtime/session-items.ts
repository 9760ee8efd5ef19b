import type { Emit, ModelResponse } from './model-response.ts';

/** The items of one session's conversation, in their order, and the events that tell of them. */
export class SessionItems {
  readonly #session: string;
  readonly #emit: Emit;
  readonly #answers: ModelResponse[] = [];
  readonly #transcripts = new Map<string, string>();
  #turns = 0;
  #created = 0;
  #latestId: string | null = null;

  constructor(session: string, emit: Emit) {
    this.#session = session;
    this.#emit = emit;
  }

  /** The latest of all items. */
  get latestId(): string | null {
    return this.#latestId;
  }

  /** How many answers were begun; the number of the next one. */
  get answers(): number {
    return this.#answers.length;
  }

  /** The item that the caller's present turn becomes. */
  get turnId(): string {
    return `item_${this.#session}u${this.#turns}`;
  }

  beginTurn(): void {
    this.#turns += 1;
  }

  /** The caller's turn is over, and is an item. */
  commitTurn(transcript: string): void {
    const item_id = this.turnId;
    this.#transcripts.set(item_id, transcript);
    this.#emit('input_audio_buffer.committed', { previous_item_id: this.#latestId, item_id });
    this.#append(item_id, userItem(item_id, null));
  }

  /** An item of the client's own. */
  create(given: Readonly<Record<string, unknown>>): void {
    this.#created += 1;
    const id = String(given['id'] ?? `item_${this.#session}c${this.#created}`);
    this.#append(id, { object: 'realtime.item', status: 'completed', ...given, id });
  }

  retrieve(id: string): void {
    const item =
      this.answerOf(id)?.answer.item() ?? userItem(id, this.#transcripts.get(id) ?? null);
    this.#emit('conversation.item.retrieved', { item });
  }

  delete(id: unknown): void {
    this.#emit('conversation.item.deleted', { item_id: id });
  }

  /** It tells of its item itself, when there is audio. */
  addAnswer(answer: ModelResponse): void {
    this.#answers.push(answer);
    this.#latestId = answer.itemId;
  }

  answerOf(id: string): { readonly index: number; readonly answer: ModelResponse } | undefined {
    const index = this.#answers.findIndex(({ itemId }) => itemId === id);
    const answer = this.#answers[index];
    return answer && { index, answer };
  }

  #append(id: string, item: object): void {
    const previous_item_id = this.#latestId;
    this.#latestId = id;
    this.#emit('conversation.item.added', { previous_item_id, item });
    this.#emit('conversation.item.done', { previous_item_id, item });
  }
}

function userItem(id: string, transcript: string | null): object {
  return {
    id,
    object: 'realtime.item',
    type: 'message',
    status: 'completed',
    role: 'user',
    content: [{ type: 'input_audio', transcript }],
  };
}
