import { randomBytes } from 'node:crypto';

/** `item_…`, `resp_…`, `event_…`: the API's own have 21 characters behind the prefix. */
export const newId = (prefix: string): string =>
  `${prefix}_${randomBytes(16).toString('base64url').replaceAll(/[-_]/g, 'a').slice(0, 21)}`;

export interface ContentPart {
  readonly type: 'input_text' | 'input_audio' | 'input_image' | 'output_text' | 'output_audio';
  text?: string;
  transcript?: string | null;
  /** In the format of the session; shown by `conversation.item.retrieve` only. */
  audio?: Buffer;
}

export interface MessageItem {
  readonly type: 'message';
  readonly id: string;
  readonly role: 'system' | 'user' | 'assistant';
  status: 'in_progress' | 'completed' | 'incomplete';
  readonly content: ContentPart[];
  /** Length of its audio, ms. */
  audioMs: number;
  /** What the model hears or has said: unlike transcripts, never absent. */
  words: string;
}

export interface FunctionCallItem {
  readonly type: 'function_call';
  readonly id: string;
  status: MessageItem['status'];
  readonly name: string;
  readonly callId: string;
  arguments: string;
}

export interface FunctionOutputItem {
  readonly type: 'function_call_output';
  readonly id: string;
  readonly status: 'completed';
  readonly callId: string;
  readonly output: string;
}

export type Item = MessageItem | FunctionCallItem | FunctionOutputItem;

export const assistantMessage = (): MessageItem => ({
  type: 'message',
  id: newId('item'),
  role: 'assistant',
  status: 'in_progress',
  content: [],
  audioMs: 0,
  words: '',
});

/** @param withAudio as `conversation.item.retrieved` shows it */
export function itemToWire(item: Item, withAudio = false): object {
  const { id, type, status } = item;
  const base = { id, type, object: 'realtime.item', status };
  if (item.type === 'function_call') {
    return { ...base, name: item.name, call_id: item.callId, arguments: item.arguments };
  }
  if (item.type === 'function_call_output') {
    return { ...base, call_id: item.callId, output: item.output };
  }
  const content = item.content.map(({ audio, ...part }) => ({
    ...part,
    ...(withAudio && audio ? { audio: audio.toString('base64') } : {}),
  }));
  return { ...base, role: item.role, content };
}
