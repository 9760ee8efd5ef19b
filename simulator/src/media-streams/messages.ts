/**
 * The messages of a Media Stream, both ways.
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
export type ServerMessage =
  | { readonly event: 'media'; readonly audio: Uint8Array }
  | { readonly event: 'mark'; readonly name: string }
  | { readonly event: 'clear' };

/** What Twilio would have warned about. */
export class StreamMessageError extends Error {}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * A message that an application sent, checked as Twilio does: known events, all fields, no others,
 * the SID of this stream (warning 31951).
 * @throws StreamMessageError
 */
export function parseServerMessage(text: string, streamSid: string): ServerMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new StreamMessageError('the message is not JSON');
  }
  if (!isObject(message)) throw new StreamMessageError('the message is not an object');
  const { event } = message;
  if (event !== 'media' && event !== 'mark' && event !== 'clear')
    throw new StreamMessageError('unsupported event');
  if (message.streamSid !== streamSid)
    throw new StreamMessageError('streamSid is not the one of this stream');
  if (event === 'clear') {
    only(message, 'event', 'streamSid');
    return { event };
  }
  only(message, 'event', 'streamSid', event);
  const body = message[event];
  if (!isObject(body)) throw new StreamMessageError(`${event} is not an object`);
  if (event === 'mark') {
    only(body, 'name');
    if (typeof body.name !== 'string' || body.name === '')
      throw new StreamMessageError('mark.name must be a text');
    return { event, name: body.name };
  }
  only(body, 'payload');
  const { payload } = body;
  if (typeof payload !== 'string' || payload === '' || !BASE64.test(payload))
    throw new StreamMessageError('media.payload is not base64');
  return { event, audio: Buffer.from(payload, 'base64') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function only(object: Record<string, unknown>, ...fields: readonly string[]): void {
  for (const field in object)
    if (!fields.includes(field)) throw new StreamMessageError(`unexpected field ${field}`);
}

export interface StartMessage {
  readonly accountSid: string;
  readonly callSid: string;
  readonly streamSid: string;
  readonly tracks: readonly ('inbound' | 'outbound')[];
  readonly customParameters: Readonly<Record<string, string>>;
}

/** Writes the messages of one stream; numbers are strings, as Twilio writes them. */
export class StreamWriter {
  readonly connected = '{"event":"connected","protocol":"Call","version":"1.0.0"}';
  readonly #streamSid: string;
  readonly #chunks = { inbound: 0, outbound: 0 };
  #sequenceNumber = 0;

  constructor(streamSid: string) {
    this.#streamSid = streamSid;
  }

  start(start: StartMessage): string {
    return JSON.stringify({
      event: 'start',
      sequenceNumber: this.#next(),
      start: {
        accountSid: start.accountSid,
        streamSid: start.streamSid,
        callSid: start.callSid,
        tracks: start.tracks,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: start.customParameters,
      },
      streamSid: this.#streamSid,
    });
  }

  /** A template, not `JSON.stringify`: there are 50 of these per second and call. */
  media(track: 'inbound' | 'outbound', timestampMs: number, payload: string): string {
    return `{"event":"media","sequenceNumber":"${++this.#sequenceNumber}","media":{"track":"${track}","chunk":"${++this.#chunks[track]}","timestamp":"${timestampMs}","payload":"${payload}"},"streamSid":"${this.#streamSid}"}`;
  }

  dtmf(digit: string): string {
    return JSON.stringify({
      event: 'dtmf',
      streamSid: this.#streamSid,
      sequenceNumber: this.#next(),
      dtmf: { track: 'inbound_track', digit },
    });
  }

  mark(name: string): string {
    return JSON.stringify({
      event: 'mark',
      sequenceNumber: this.#next(),
      streamSid: this.#streamSid,
      mark: { name },
    });
  }

  stop(accountSid: string, callSid: string): string {
    return JSON.stringify({
      event: 'stop',
      sequenceNumber: this.#next(),
      streamSid: this.#streamSid,
      stop: { accountSid, callSid },
    });
  }

  #next(): string {
    return String(++this.#sequenceNumber);
  }
}
