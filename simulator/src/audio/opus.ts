import OpusScript from 'opusscript';
import { OggWriter } from './ogg.ts';
import { resample, toInt16 } from './resample.ts';

/** Rates that Opus works at inside (RFC 6716, section 2). */
const OPUS_RATES_HZ = [8_000, 12_000, 16_000, 24_000, 48_000] as const;
const GRANULES_HZ = 48_000;
const FRAMES_PER_SECOND = 50;
/** One second of audio per page, as RFC 7845 recommends at most. */
const PACKETS_PER_PAGE = 50;
/** Look-ahead of libopus at 48,000 Hz, 6.5 ms: the decoder throws it away. */
const PRE_SKIP = 312;
const SERIAL = 0x5359_4e54;
const VENDOR = 'simulator';

type OpusRate = (typeof OPUS_RATES_HZ)[number];

function headPacket(channels: number, inputRateHz: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(inputRateHz, 12);
  return head;
}

function tagsPacket(): Buffer {
  const tags = Buffer.alloc(8 + 4 + VENDOR.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(VENDOR.length, 8);
  tags.write(VENDOR, 12, 'latin1');
  return tags;
}

/**
 * An Ogg Opus file (RFC 7845).
 * @param channels one or two, of the same length
 */
export function encodeOggOpus(channels: readonly Int16Array[], sampleRateHz: number): Buffer {
  const rate: OpusRate = OPUS_RATES_HZ.find((each) => each >= sampleRateHz) ?? GRANULES_HZ;
  const tracks = channels.map((pcm) =>
    rate === sampleRateHz ? pcm : toInt16(resample(pcm, sampleRateHz, rate)),
  );
  const length = Math.max(...tracks.map((track) => track.length));
  const frame = rate / FRAMES_PER_SECOND;
  const granulesPerSample = GRANULES_HZ / rate;
  const total = PRE_SKIP + length * granulesPerSample;
  const frames = Math.max(1, Math.ceil(total / granulesPerSample / frame));
  const encoder = new OpusScript(rate, tracks.length, OpusScript.Application.AUDIO);
  const writer = new OggWriter(SERIAL);
  writer.page([headPacket(tracks.length, sampleRateHz)], 0);
  writer.page([tagsPacket()], 0);
  try {
    let packets: Uint8Array[] = [];
    for (let index = 0; index < frames; index++) {
      const input = Buffer.alloc(frame * tracks.length * 2);
      for (let i = 0; i < frame; i++) {
        for (const [channel, track] of tracks.entries()) {
          input.writeInt16LE(track[index * frame + i] ?? 0, (i * tracks.length + channel) * 2);
        }
      }
      packets.push(Uint8Array.from(encoder.encode(input, frame)));
      const last = index === frames - 1;
      if (!last && packets.length < PACKETS_PER_PAGE) continue;
      const granules = (index + 1) * frame * granulesPerSample;
      writer.page(packets, last ? Math.round(total) : granules, last);
      packets = [];
    }
  } finally {
    encoder.delete();
  }
  return writer.file();
}
