import { newId, type FunctionCallItem } from './items.ts';
import { begin, finish, type Output, type Place } from './output.ts';
import type { Response } from './response.ts';

const DELTA_CHARACTERS = 16;
const DELTA_MS = 10;

/** A function that the model wants called. */
export class FunctionCallOutput implements Output {
  readonly #response: Response;
  readonly #item: FunctionCallItem;
  readonly #arguments: string;
  #place: Place = { previousId: null, index: 0 };

  constructor(response: Response, call: { readonly name: string; readonly arguments: string }) {
    this.#response = response;
    this.#arguments = call.arguments;
    this.#item = {
      type: 'function_call',
      id: newId('item'),
      status: 'in_progress',
      name: call.name,
      callId: newId('call'),
      arguments: '',
    };
  }

  async stream(): Promise<void> {
    this.#place = begin(this.#response, this.#item);
    for (let at = 0; at < this.#arguments.length; at += DELTA_CHARACTERS) {
      await this.#response.wait(DELTA_MS);
      const delta = this.#arguments.slice(at, at + DELTA_CHARACTERS);
      this.#item.arguments += delta;
      this.#response.parts.emit({
        type: 'response.function_call_arguments.delta',
        ...this.#at(),
        delta,
      });
    }
  }

  close(status: 'completed' | 'incomplete'): void {
    this.#item.status = status;
    this.#response.parts.emit({
      type: 'response.function_call_arguments.done',
      ...this.#at(),
      name: this.#item.name,
      arguments: this.#item.arguments,
    });
    finish(this.#response, this.#item, this.#place);
  }

  #at() {
    return {
      response_id: this.#response.id,
      item_id: this.#item.id,
      output_index: this.#place.index,
      call_id: this.#item.callId,
    };
  }
}
