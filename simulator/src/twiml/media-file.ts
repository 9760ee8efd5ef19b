import { AudioFileError } from '../audio/audio-header.ts';
import { readAudioFile } from '../audio/audio-file.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import { readWav, WavError } from '../telephone-network/wav.ts';
import { TwimlError } from './document.ts';

/** https://www.twilio.com/docs/voice/twiml/play#supported-formats, without AIFF and GSM. */
const wavTypes = /^audio\/(x-wav|x-wave|wave?|vnd\.wave)$/;
const mp3Types = /^audio\/(mpeg|mp3)$/;
const mulawTypes = /^audio\/(ulaw|basic)$/;

/** Whether a reply is to be heard, and not to be read. */
export function isSound(contentType: string | undefined): boolean {
  const type = typeOf(contentType);
  return [wavTypes, mp3Types, mulawTypes].some((known) => known.test(type));
}

/**
 * A sound file as µ-law at 8,000 Hz.
 * @throws TwimlError 12300 for what cannot be played
 */
export async function readSound(
  contentType: string | undefined,
  body: Uint8Array,
): Promise<Uint8Array> {
  const type = typeOf(contentType);
  try {
    if (mulawTypes.test(type)) return body;
    if (wavTypes.test(type)) return readWav(body);
    if (mp3Types.test(type)) return mixDown((await readAudioFile(body)).channels);
  } catch (error) {
    if (!(error instanceof WavError) && !(error instanceof AudioFileError)) throw error;
    throw new TwimlError(12_300, `Invalid Content-Type: ${error.message}`);
  }
  throw new TwimlError(12_300, `Invalid Content-Type: ${type || 'none'}`);
}

function typeOf(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
}

function mixDown(channels: readonly Int16Array[]): Uint8Array {
  const mixed = new Int16Array(Math.max(0, ...channels.map((channel) => channel.length)));
  for (let i = 0; i < mixed.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i] ?? 0;
    mixed[i] = Math.round(sum / channels.length);
  }
  return encodeMulaw(mixed);
}
