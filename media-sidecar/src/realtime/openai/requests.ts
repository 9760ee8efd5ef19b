import { createHash, randomBytes } from 'node:crypto';
import type { RealtimeItem, RespondRequest } from '../contract.ts';

/** An item's id and a call's may have at most so many characters. */
const MAX_ID_CHARACTERS = 32;

/**
 * Begins the event id of a request that may come too late, as a cancellation may: an error that
 * names it tells of a race, not of a mistake.
 */
export const RACE = 'race_';

const APPEND_HEAD = '{"type":"input_audio_buffer.append","audio":"';
const APPEND_TAIL = '"}';

/** Up to 50 times a second for each call: base64 needs no escaping, so nothing is serialised. */
export function appendRequest(mulaw: Uint8Array): string {
  const bytes = Buffer.isBuffer(mulaw)
    ? mulaw
    : Buffer.from(mulaw.buffer, mulaw.byteOffset, mulaw.byteLength);
  return APPEND_HEAD + bytes.toString('base64') + APPEND_TAIL;
}

/** @param eventId comes back in the error, if there is one: a buffer with less than 100 ms is refused */
export function commitRequest(eventId: string): string {
  return JSON.stringify({ type: 'input_audio_buffer.commit', event_id: eventId });
}

/** @param eventId comes back in the error, if there is one */
export function sessionRequest(session: object, eventId: string): string {
  return JSON.stringify({ type: 'session.update', event_id: eventId, session });
}

export function truncateRequest(itemId: string, audioEndMs: number, eventId: string): string {
  return JSON.stringify({
    type: 'conversation.item.truncate',
    event_id: eventId,
    item_id: itemId,
    content_index: 0,
    audio_end_ms: audioEndMs,
  });
}

export function cancelRequest(responseId: string, eventId: string): string {
  return JSON.stringify({ type: 'response.cancel', event_id: eventId, response_id: responseId });
}

/** SIP only: what the provider has not played yet is not played. */
export function clearPlaybackRequest(eventId: string): string {
  return JSON.stringify({ type: 'output_audio_buffer.clear', event_id: eventId });
}

/** @param ask comes back in the response's metadata, and in the error, if there is one */
export function respondRequest(request: RespondRequest, ask: string): string {
  const { instructions, mayUseTools = true, outOfBand = false, tag } = request;
  return JSON.stringify({
    type: 'response.create',
    event_id: ask,
    response: {
      ...(instructions === undefined ? {} : { instructions }),
      ...(mayUseTools ? {} : { tool_choice: 'none' }),
      ...(outOfBand ? { conversation: 'none' } : {}),
      metadata: { ask, ...(tag === undefined ? {} : { tag }) },
    },
  });
}

/** A tool's call and its result are two items, everything else is one. */
export function itemRequests(item: RealtimeItem): string[] {
  switch (item.role) {
    case 'caller':
      return [create(message('user', 'input_text', item.text))];
    case 'system':
      return [create(message('system', 'input_text', item.text))];
    case 'agent':
      return [create(message('assistant', 'output_text', item.text))];
    case 'tool': {
      const callId = callIdFor(item.callId);
      const { name, arguments: args, result } = item;
      return [
        create({ type: 'function_call', call_id: callId, name, arguments: args }),
        create({ type: 'function_call_output', call_id: callId, output: result }),
      ];
    }
  }
}

export function toolResultRequest(callId: string, output: string): string {
  return create({ type: 'function_call_output', call_id: callId, output });
}

function message(role: string, type: string, text: string): object {
  return { type: 'message', role, content: [{ type, text }] };
}

function create(item: object): string {
  const id = `item_${randomBytes(12).toString('hex')}`;
  return JSON.stringify({ type: 'conversation.item.create', item: { id, ...item } });
}

/** Another provider's id of a call may be longer than the API takes, or have other characters. */
function callIdFor(callId: string): string {
  if (callId.length <= MAX_ID_CHARACTERS && /^[\w-]+$/.test(callId)) return callId;
  return `call_${createHash('sha256').update(callId).digest('hex').slice(0, 24)}`;
}
