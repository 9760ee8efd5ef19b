import { itemToWire, type Item } from './items.ts';
import type { Response } from './response.ts';

/** An output item while it is made. */
export interface Output {
  /** Resolves when everything was sent but the end. */
  stream(): Promise<void>;
  /** Sends the end of what is open, whether it is whole or not. */
  close(status: 'completed' | 'incomplete'): void;
}

export interface Place {
  readonly previousId: string | null;
  readonly index: number;
}

export function begin(response: Response, item: Item): Place {
  const { conversation, emit } = response.parts;
  const index = response.outputs.push(item) - 1;
  emit({
    type: 'response.output_item.added',
    response_id: response.id,
    output_index: index,
    item: itemToWire(item),
  });
  const previousId = conversation?.add(item) ?? null;
  if (conversation) {
    const wire = { previous_item_id: previousId, item: itemToWire(item) };
    emit({ type: 'conversation.item.added', ...wire });
  }
  return { previousId, index };
}

export function finish(response: Response, item: Item, { previousId, index }: Place): void {
  const { conversation, emit } = response.parts;
  const wire = itemToWire(item);
  if (conversation) {
    emit({ type: 'conversation.item.done', previous_item_id: previousId, item: wire });
  }
  emit({
    type: 'response.output_item.done',
    response_id: response.id,
    output_index: index,
    item: wire,
  });
}
