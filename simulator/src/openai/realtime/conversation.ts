import { OpenAiError } from '../openai-error.ts';
import { newId, type Item, type MessageItem } from './items.ts';

/** The items of a session, in order. */
export class Conversation {
  readonly id = newId('conv');
  readonly #items: Item[] = [];

  get items(): readonly Item[] {
    return this.#items;
  }

  get lastId(): string | null {
    return this.#items.at(-1)?.id ?? null;
  }

  /**
   * @param previousId an item's id, `root`, or nothing for the end
   * @returns the id of the item before it
   * @throws OpenAiError for an unknown predecessor, an id that is taken, and an output without its call
   */
  add(item: Item, previousId?: string | null): string | null {
    if (this.#items.some(({ id }) => id === item.id)) {
      throw OpenAiError.invalid(
        'Error adding item: an item with the same id already exists.',
        'item.id',
        'item_create_duplicate_item_id',
      );
    }
    let at = this.#items.length;
    if (previousId === 'root') at = 0;
    else if (previousId !== undefined && previousId !== null) {
      at = this.#items.findIndex(({ id }) => id === previousId) + 1;
      if (at === 0) {
        throw OpenAiError.invalid(
          `Error adding item: the previous item with id '${previousId}' does not exist.`,
          'previous_item_id',
          'item_create_invalid_previous_item_id',
        );
      }
    }
    if (item.type === 'function_call_output' && !this.#hasCall(item.callId)) {
      throw new OpenAiError(400, `Tool call ID '${item.callId}' not found in conversation.`, {
        code: 'invalid_tool_call_id',
      });
    }
    this.#items.splice(at, 0, item);
    return this.#items[at - 1]?.id ?? null;
  }

  /** @throws OpenAiError */
  find(itemId: string, doing: 'retrieve' | 'delete' | 'truncate'): Item {
    const item = this.#items.find(({ id }) => id === itemId);
    if (item) return item;
    const verb = { retrieve: 'retrieving', delete: 'deleting', truncate: 'truncating' }[doing];
    throw OpenAiError.invalid(
      `Error ${verb} item: the item with id '${itemId}' does not exist.`,
      'item_id',
      `item_${doing}_invalid_item_id`,
    );
  }

  /** @throws OpenAiError */
  delete(itemId: string): void {
    const item = this.find(itemId, 'delete');
    this.#items.splice(this.#items.indexOf(item), 1);
  }

  /**
   * Forgets what the user has not heard, and the transcript with it.
   * @throws OpenAiError for anything but audio of the model, and beyond its length
   */
  truncate(itemId: string, contentIndex: number, audioEndMs: number, bytesPerMs: number): void {
    const item = this.find(itemId, 'truncate');
    const part = item.type === 'message' ? item.content[contentIndex] : undefined;
    if (item.type !== 'message' || item.role !== 'assistant' || part?.type !== 'output_audio') {
      throw new OpenAiError(400, 'Only model output audio messages can be truncated', {
        code: 'invalid_value',
      });
    }
    const lengthMs = Math.floor(item.audioMs);
    if (audioEndMs > lengthMs) {
      throw new OpenAiError(
        400,
        `Audio content of ${lengthMs}ms is already shorter than ${audioEndMs}ms`,
        { code: 'invalid_value' },
      );
    }
    delete part.transcript;
    if (part.audio) part.audio = part.audio.subarray(0, audioEndMs * bytesPerMs);
    cutWords(item, audioEndMs);
    item.audioMs = audioEndMs;
  }

  #hasCall(callId: string): boolean {
    return this.#items.some((item) => item.type === 'function_call' && item.callId === callId);
  }
}

/** The model knows by its audio what was said: about that share of the words. */
function cutWords(item: MessageItem, audioEndMs: number): void {
  const words = item.words.split(' ');
  const share = item.audioMs === 0 ? 0 : audioEndMs / item.audioMs;
  item.words = words.slice(0, Math.floor(words.length * share)).join(' ');
}
