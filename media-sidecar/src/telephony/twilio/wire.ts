import type { RawData } from 'ws';
import { z } from 'zod';

/**
 * Messages of Twilio Media Streams. Source: twilio.com/docs/voice/media-streams/websocket-messages.
 * Numbers come as strings, except those of `mediaFormat`.
 */
export type TwilioMessage =
  | { readonly event: 'connected' }
  | { readonly event: 'start'; readonly start: StreamStart }
  | MediaMessage
  | { readonly event: 'dtmf'; readonly streamSid: string; readonly digit: string }
  | { readonly event: 'mark'; readonly streamSid: string; readonly name: string }
  | { readonly event: 'stop'; readonly streamSid: string }
  | { readonly event: 'unknown'; readonly name: string };

export interface MediaMessage {
  readonly event: 'media';
  readonly streamSid: string;
  /** Counts from 1. */
  readonly chunk: number;
  /** Ms since the stream began. */
  readonly timestampMs: number;
  /** µ-law, base64. */
  readonly payload: string;
  /** Which side of the call it is. A conversation has the inbound one only. */
  readonly track: 'inbound' | 'outbound';
}

export interface StreamStart {
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
  readonly encoding: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** What the stream carries. */
  readonly tracks: readonly ('inbound' | 'outbound')[];
  readonly customParameters: Readonly<Record<string, string>>;
}

export type MediaStreamErrorCode =
  | 'binary-message'
  | 'bad-json'
  | 'bad-message'
  | 'oversized-message'
  | 'wrong-order'
  | 'wrong-stream'
  | 'wrong-format'
  | 'wrong-account'
  | 'missing-parameters'
  | 'start-timeout'
  | 'closed';

/** Messages are static: none of what the other side sent is repeated in them. */
export class MediaStreamError extends Error {
  override readonly name = 'MediaStreamError';
  readonly code: MediaStreamErrorCode;

  constructor(code: MediaStreamErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A media message has some 350 bytes; the longest other is a `start` with its parameters. */
export const MAX_MESSAGE_BYTES = 65_536;

/** It ends up inside a JSON template: nothing but letters and digits may be in it. */
const sid = z.string().regex(/^[A-Za-z0-9]{1,64}$/);

const schema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('connected') }),
  z.object({
    event: z.literal('start'),
    start: z.object({
      streamSid: sid,
      callSid: sid,
      accountSid: sid,
      mediaFormat: z.object({ encoding: z.string(), sampleRate: z.number(), channels: z.number() }),
      tracks: z.array(z.enum(['inbound', 'outbound'])).default(['inbound']),
      customParameters: z.record(z.string(), z.string()).default({}),
    }),
  }),
  z.object({
    event: z.literal('dtmf'),
    streamSid: sid,
    dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/) }),
  }),
  z.object({ event: z.literal('stop'), streamSid: sid }),
]);

const knownEvents = new Set(['connected', 'start', 'dtmf', 'stop']);
const digits = /^\d{1,15}$/;
/** Without spaces or escapes, its fields in their order; the id of the stream is before or behind. */
const usualMedia =
  /^\{"event":"media","sequenceNumber":"\d+"(?:,"streamSid":"(\w+)")?,"media":\{"track":"(inbound|outbound)","chunk":"(\d{1,15})","timestamp":"(\d{1,15})","payload":"([A-Za-z0-9+/=]+)"\}(?:,"streamSid":"(\w+)")?\}$/;

/**
 * Reads what a `ws` socket delivers.
 * @throws MediaStreamError as `parseTwilioMessage` does, and for binary and oversized messages
 */
export function readTwilioMessage(data: RawData, isBinary: boolean): TwilioMessage {
  if (isBinary) throw new MediaStreamError('binary-message', 'a message is binary');
  const bytes = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat().map(toBuffer));
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new MediaStreamError('oversized-message', 'a message is longer than any of Twilio');
  }
  return parseTwilioMessage(bytes.toString('utf8'));
}

/**
 * Reads one text message.
 * @throws MediaStreamError when it is not what Twilio sends; an event of another name is `unknown`.
 */
export function parseTwilioMessage(text: string): TwilioMessage {
  const media = readUsualMedia(text);
  if (media) return media;
  const message = parseJson(text);
  const name = message['event'];
  if (name === 'media') return parseMedia(message);
  if (name === 'mark') return parseMark(message);
  if (typeof name !== 'string') throw bad();
  if (!knownEvents.has(name)) return { event: 'unknown', name };
  const parsed = schema.safeParse(message);
  if (!parsed.success) throw bad();
  switch (parsed.data.event) {
    case 'connected':
      return { event: 'connected' };
    case 'start': {
      const { mediaFormat, ...start } = parsed.data.start;
      return {
        event: 'start',
        start: {
          ...start,
          encoding: mediaFormat.encoding,
          sampleRateHz: mediaFormat.sampleRate,
          channels: mediaFormat.channels,
        },
      };
    }
    case 'dtmf':
      return { event: 'dtmf', streamSid: parsed.data.streamSid, digit: parsed.data.dtmf.digit };
    case 'stop':
      return { event: 'stop', streamSid: parsed.data.streamSid };
  }
}

function toBuffer(part: ArrayBuffer | Buffer): Buffer {
  return Buffer.isBuffer(part) ? part : Buffer.from(part);
}

/**
 * A media message as it comes all the time, 12,500 of them a second at 250 calls, in less than half
 * the time of `JSON.parse`. Undefined for whatever is written in another way: JSON decides on that.
 */
function readUsualMedia(text: string): MediaMessage | undefined {
  const match = usualMedia.exec(text);
  if (!match) return undefined;
  const before = match[1];
  const behind = match[6];
  // Neither, or both.
  if ((before === undefined) === (behind === undefined)) return undefined;
  return {
    event: 'media',
    streamSid: (before ?? behind) as string,
    track: match[2] as MediaMessage['track'],
    chunk: Number(match[3]),
    timestampMs: Number(match[4]),
    payload: match[5] as string,
  };
}

/** By hand: with zod each takes five times as long. */
function parseMedia(message: Record<string, unknown>): MediaMessage {
  const { streamSid } = message;
  const media = message['media'];
  if (typeof streamSid !== 'string' || !isObject(media)) throw bad();
  const { chunk, timestamp, payload, track = 'inbound' } = media;
  if (typeof payload !== 'string' || payload.length === 0) throw bad();
  if (track !== 'inbound' && track !== 'outbound') throw bad();
  return {
    event: 'media',
    streamSid,
    chunk: wholeNumber(chunk),
    timestampMs: wholeNumber(timestamp),
    payload,
    track,
  };
}

/** By hand: one answers each that we send, and there are several a second. */
function parseMark(message: Record<string, unknown>): TwilioMessage {
  const { streamSid, mark } = message;
  if (typeof streamSid !== 'string' || !isObject(mark)) throw bad();
  const { name } = mark;
  if (typeof name !== 'string') throw bad();
  return { event: 'mark', streamSid, name };
}

function wholeNumber(value: unknown): number {
  if (typeof value === 'string' && digits.test(value)) return Number(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw bad();
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MediaStreamError('bad-json', 'a message is not JSON');
  }
  if (!isObject(value)) throw bad();
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(): MediaStreamError {
  return new MediaStreamError('bad-message', 'a message does not have the fields it must have');
}

/**
 * What we send. `streamSid` was checked when it came in, mark names are our own and base64 needs no
 * escaping: so these are templates. Twilio refuses a message with any further field (31951).
 */
export function mediaMessage(streamSid: string, mulaw: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = mulaw;
  const payload = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`;
}

export function markMessage(streamSid: string, name: string): string {
  return `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"${name}"}}`;
}

export function clearMessage(streamSid: string): string {
  return `{"event":"clear","streamSid":"${streamSid}"}`;
}
