import assert from 'node:assert/strict';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import {
  TwilioMediaStream,
  type MediaSocket,
  type TwilioMediaStreamOptions,
} from '../twilio/media-stream.ts';
import { FakeMediaSocket } from './fake-media-socket.ts';

export const streamSid = 'MZ00000000000000000000000000000001';

/** A media stream in virtual time, with a test in the place of Twilio and of the conversation. */
export function createMediaStream(options: Partial<TwilioMediaStreamOptions> = {}) {
  const clock = new VirtualClock();
  const socket = new FakeMediaSocket();
  const start = {
    streamSid,
    callSid: 'CA00000000000000000000000000000001',
    accountSid: 'AC00000000000000000000000000000001',
    encoding: 'audio/x-mulaw',
    sampleRateHz: 8000,
    channels: 1,
    tracks: ['inbound'] as const,
    customParameters: {},
  };
  const leg = new TwilioMediaStream(
    socket as unknown as MediaSocket,
    start,
    { clock, connection: socket },
    options,
  );
  const frames: Uint8Array[] = [];
  const events: string[] = [];
  const attach = () =>
    leg.attach({
      onAudio: (frame) => {
        frames.push(frame);
        events.push(`audio ${frame[0]}`);
      },
      onDtmf: (digit) => events.push(`dtmf ${digit}`),
      onFirstPlayed: (itemId) => events.push(`first ${itemId}`),
      onItemPlayed: (itemId) => events.push(`played ${itemId}`),
      onEnded: (reason) => events.push(`ended ${reason}`),
    });
  let chunk = 0;
  /** A frame whose bytes are all `value`, at a time of Twilio's. */
  const speak = (value: number, timestampMs: number, chunkNumber = (chunk += 1)) => {
    chunk = Math.max(chunk, chunkNumber);
    const payload = Buffer.alloc(160, value).toString('base64');
    const media = {
      track: 'inbound',
      chunk: `${chunkNumber}`,
      timestamp: `${timestampMs}`,
      payload,
    };
    socket.receive({ event: 'media', sequenceNumber: '5', streamSid, media });
  };
  const returnMark = (name: string | undefined) =>
    socket.returnMarks(streamSid, name ?? assert.fail('no such mark'));
  const marks = (kind: string) => socket.sentMarks.filter((name) => name.startsWith(kind));
  return { clock, socket, leg, frames, events, attach, speak, marks, returnMark };
}
