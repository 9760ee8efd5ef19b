import { OpenAiError } from '../openai-error.ts';
import { bytesPerMs } from './audio-format.ts';
import type { ClientEvent, ClientEvents, ClientEventType } from './client-events.ts';
import type { Conversation } from './conversation.ts';
import type { IdleTimeout } from './idle-timeout.ts';
import { itemFromWire } from './item-schema.ts';
import { itemToWire, type Item } from './items.ts';
import type { ServerEvent } from './response.ts';
import type { Responses } from './responses.ts';
import { MAX_APPEND_BYTES, type SessionInput } from './session-input.ts';
import { checkSession } from './session-schema.ts';
import type { Settings } from './settings.ts';
import { refuseSipTuning } from './sip-tuning.ts';

/** What the events of a client act on. */
export interface SessionCore {
  readonly settings: Settings;
  readonly overSip: boolean;
  /** Whether the fault `refusesSipTuning` is set. */
  refusesSipTuning(): boolean;
  readonly conversation: Conversation;
  readonly input: SessionInput;
  readonly responses: Responses;
  readonly idle: IdleTimeout;
  /** @throws OpenAiError */
  add(item: Item, previousId?: string | null): void;
  append(audio: Buffer): void;
  emit(event: ServerEvent): void;
}

type Handlers = { [T in ClientEventType]: (event: ClientEvents[T], session: SessionCore) => void };

/** @throws OpenAiError for what the API refuses; nothing has changed then */
export function handle(event: ClientEvent, session: SessionCore): void {
  // SAFETY: the handler of a type takes the event of that type.
  (handlers[event.type] as (event: ClientEvent, session: SessionCore) => void)(event, session);
}

const handlers: Handlers = {
  'session.update': ({ session: change }, session) => {
    const { settings, overSip, responses, input, emit } = session;
    checkSession({ ...change, model: change.model ?? settings.model }, 'session');
    if (overSip && session.refusesSipTuning()) refuseSipTuning(change, 'session');
    settings.update(change, responses);
    input.settingsChanged();
    emit({ type: 'session.updated', session: settings.toWire() });
  },
  'input_audio_buffer.append': ({ type, audio }, session) => {
    notOverSip(type, session);
    session.append(audioOf(audio));
  },
  'input_audio_buffer.commit': ({ type }, session) => {
    notOverSip(type, session);
    session.input.commit();
  },
  'input_audio_buffer.clear': ({ type }, session) => {
    notOverSip(type, session);
    session.input.clear();
    session.emit({ type: 'input_audio_buffer.cleared' });
  },
  'conversation.item.create': ({ item, previous_item_id: previous }, { add, input }) =>
    add(
      itemFromWire(item, (audio) => input.hear(audio)),
      previous,
    ),
  'conversation.item.retrieve': ({ item_id: id }, { conversation, emit }) =>
    emit({
      type: 'conversation.item.retrieved',
      item: itemToWire(conversation.find(id, 'retrieve'), true),
    }),
  'conversation.item.delete': ({ item_id }, { conversation, emit }) => {
    conversation.delete(item_id);
    emit({ type: 'conversation.item.deleted', item_id });
  },
  'conversation.item.truncate': (event, { conversation, settings, emit }) => {
    const { item_id, content_index, audio_end_ms } = event;
    conversation.truncate(item_id, content_index, audio_end_ms, bytesPerMs(settings.outputFormat));
    emit({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  },
  'response.create': ({ response = {} }, { responses, idle, input }) => {
    responses.create(response, (audio) => input.hear(audio));
    idle.stop();
  },
  'response.cancel': ({ response_id: id }, { responses }) => responses.cancel(id),
  'output_audio_buffer.clear': ({ type }, { overSip, responses }) => {
    if (!overSip) {
      throw OpenAiError.invalid(
        `The '${type}' event is only supported in WebRTC and SIP sessions.`,
        'type',
        'invalid_value',
      );
    }
    responses.clearAudio();
  },
};

function notOverSip(type: string, { overSip }: SessionCore): void {
  if (!overSip) return;
  throw OpenAiError.invalid(
    `The '${type}' event is not supported in SIP sessions: audio comes from the call.`,
    'type',
    'invalid_value',
  );
}

/** @throws OpenAiError for what is no base64, and for more than an append may hold */
function audioOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw OpenAiError.invalid(
      "Invalid 'audio'. Expected base64-encoded audio bytes, but got an invalid value.",
      'audio',
      'invalid_value',
    );
  }
  if (bytes.length > MAX_APPEND_BYTES) {
    throw OpenAiError.invalid(
      `Invalid 'audio': ${bytes.length} bytes are more than the maximum of ${MAX_APPEND_BYTES} bytes.`,
      'audio',
      'string_above_max_length',
    );
  }
  return bytes;
}
