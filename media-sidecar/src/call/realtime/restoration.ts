import type { LlmMessage } from '../../llm/contract.ts';
import type { RealtimeItem } from '../../realtime/contract.ts';
import { realtimeWordings } from './instructions.ts';

const MAX_LINE_LENGTH = 160;
const MAX_SUMMARY_LENGTH = 4000;

/** What a new session is told of the conversation so far: the latest as it was, the rest in short. */
export function restoredItems(
  messages: readonly LlmMessage[],
  { maxItems, language }: { readonly maxItems: number; readonly language: string },
): RealtimeItem[] {
  const items = itemsOf(messages);
  const older = items.slice(0, -maxItems);
  const latest = items.slice(-maxItems);
  if (older.length === 0) return latest;
  return [{ role: 'system', text: condensed(older, language) }, ...latest];
}

function itemsOf(messages: readonly LlmMessage[]): RealtimeItem[] {
  const written = new Map<string, string>();
  const items: RealtimeItem[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      const { callId, name, result } = message;
      const json = JSON.stringify(result) ?? 'null';
      items.push({
        role: 'tool',
        callId,
        name,
        arguments: written.get(callId) ?? '{}',
        result: json,
      });
      continue;
    }
    if (message.text) items.push({ role: message.role, text: message.text });
    if (message.role !== 'agent') continue;
    for (const call of message.toolCalls ?? []) {
      written.set(call.id, JSON.stringify(call.arguments));
    }
  }
  return items;
}

/** The newest lines that there is room for. */
function condensed(items: readonly RealtimeItem[], language: string): string {
  const wordings = realtimeWordings(language);
  const lines: string[] = [];
  let length = 0;
  for (const item of items.toReversed()) {
    const line =
      item.role === 'tool'
        ? `${wordings.tool} ${item.name}: ${item.result}`
        : `${item.role === 'caller' ? wordings.caller : wordings.agent}: ${item.text}`;
    const short = line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line;
    length += short.length + 1;
    if (length > MAX_SUMMARY_LENGTH) break;
    lines.unshift(short);
  }
  return [wordings.earlier, ...lines].join('\n');
}
