import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';

import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import { createMp3Encoder } from 'wasm-media-encoders';

import type * as Formats from '../../nodes/GoogleTTS/audio/formats.ts';
import type * as Ogg from '../../nodes/GoogleTTS/audio/ogg.ts';
import type * as Wav from '../../nodes/GoogleTTS/audio/wav.ts';
import { built } from './package.ts';

const { formats } = built<typeof Formats>('nodes/GoogleTTS/audio/formats');
const { readPages, writePage } = built<typeof Ogg>('nodes/GoogleTTS/audio/ogg');
const { readWav } = built<typeof Wav>('nodes/GoogleTTS/audio/wav');
const OpusScript = createRequire(import.meta.url)('opusscript') as new (
  rate: number,
  channels: number,
  application: number,
) => { encode(pcm: Buffer, samples: number): Buffer; delete(): void };

/** RIFF files as they occur: what Google sends has headers of 44, 46 or 58 bytes. */
function wav(
  samples: Buffer,
  {
    tag = 7,
    rate = 8000,
    headerBytes = 58,
    dataSize = samples.length,
  }: { tag?: number; rate?: number; headerBytes?: 44 | 46 | 58; dataSize?: number } = {},
): Buffer {
  const bits = tag === 1 ? 16 : 8;
  const format = Buffer.alloc(headerBytes === 44 ? 16 : 18);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE((rate * bits) / 8, 8);
  format.writeUInt16LE(bits / 8, 12);
  format.writeUInt16LE(bits, 14);
  const chunk = (id: string, content: Buffer, size = content.length) => {
    const header = Buffer.alloc(8);
    header.write(id, 'latin1');
    header.writeUInt32LE(size, 4);
    return Buffer.concat([header, content]);
  };
  const content = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    ...(headerBytes === 58 ? [chunk('fact', Buffer.alloc(4))] : []),
    chunk('data', samples, dataSize),
  ]);
  return chunk('RIFF', content);
}

const silence = (bytes: number, value = 0xff) => Buffer.alloc(bytes, value);

describe('audio for the telephone', () => {
  for (const headerBytes of [44, 46, 58] as const) {
    test(`has its header of ${String(headerBytes)} bytes taken away`, () => {
      const parts = [wav(Buffer.from([1, 2, 3]), { headerBytes }), wav(Buffer.from([4, 5]))];
      const { bytes, durationMs } = formats.mulaw.join(parts);
      assert.deepEqual([...bytes], [1, 2, 3, 4, 5]);
      assert.equal(durationMs, 5 / 8);
    });
  }

  test('without a header is taken as it is', () => {
    assert.deepEqual([...formats.mulaw.join([Buffer.from([9, 8])]).bytes], [9, 8]);
  });

  test('with a header has one, with the size of all', () => {
    const { bytes, durationMs } = formats.mulawWav.join([wav(silence(800)), wav(silence(801))]);
    assert.equal(bytes.length, 58 + 1602);
    assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
    assert.deepEqual(
      { ...readWav(bytes), samples: 0 },
      { encoding: 'mulaw', sampleRateHz: 8000, channels: 1, samples: 0 },
    );
    assert.equal(readWav(bytes).samples.length, 1601);
    assert.equal(Math.round(durationMs), 200);
  });

  test('of A-law says so', () => {
    const { bytes } = formats.alawWav.join([wav(silence(8), { tag: 6 })]);
    assert.equal(readWav(bytes).encoding, 'alaw');
    assert.equal(formats.alaw.join([wav(silence(8), { tag: 6 })]).bytes.length, 8);
  });

  test('whose header was written before the size was known is read to its end', () => {
    const part = wav(silence(100), { dataSize: 0xffff_ffff });
    assert.equal(formats.mulaw.join([part]).bytes.length, 100);
  });

  test('that was cut off is refused', () => {
    const part = wav(silence(100), { dataSize: 900 });
    assert.throws(() => formats.mulaw.join([part]), /was cut off: 100 of 900 bytes arrived/);
  });

  test('in another encoding or rate is refused', () => {
    assert.throws(() => formats.mulaw.join([wav(silence(10), { tag: 6 })]), /is alaw .* mulaw/);
    assert.throws(
      () => formats.mulaw.join([wav(silence(10), { rate: 24_000 })]),
      /at 24000 Hz with 1 channels instead of mulaw at 8000 Hz/,
    );
  });

  test('without samples is refused', () => {
    assert.throws(() => formats.mulaw.join([wav(Buffer.alloc(0))]), /is empty/);
    assert.throws(() => formats.mulaw.join([Buffer.from('RIFF....WAVE')]), /without samples/);
  });
});

describe('linear WAV', () => {
  test('is joined at the rate of the voice', () => {
    const part = () => wav(silence(480, 0), { tag: 1, rate: 24_000, headerBytes: 44 });
    const { bytes, durationMs } = formats.wav.join([part(), part(), part()]);
    assert.equal(bytes.length, 44 + 3 * 480);
    assert.equal(durationMs, 30);
  });

  test('that is none is refused', () => {
    assert.throws(() => formats.wav.join([Buffer.from('<html>')]), /is not a WAV file/);
  });
});

const rate = 24_000;
const tone = (ms: number, hz: number) =>
  Float32Array.from(
    { length: (rate * ms) / 1000 },
    (_, index) => Math.sin((2 * Math.PI * hz * index) / rate) * 0.5,
  );

describe('MP3', () => {
  let encode: (pcm: Float32Array) => Buffer;
  before(async () => {
    const encoder = await createMp3Encoder();
    encode = (pcm) => {
      encoder.configure({ sampleRate: rate, outputSampleRate: rate, channels: 1, bitrate: 32 });
      const some = Buffer.from(encoder.encode([pcm]));
      return Buffer.concat([some, Buffer.from(encoder.finalize())]);
    };
  });

  async function decoded(bytes: Uint8Array) {
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const result = decoder.decode(bytes);
    decoder.free();
    return result;
  }

  test('is joined frame by frame, and is as long as a decoder finds it', async () => {
    const { bytes, durationMs } = formats.mp3.join([
      encode(tone(500, 440)),
      encode(tone(700, 880)),
    ]);
    const result = await decoded(bytes);
    assert.equal(result.sampleRate, rate);
    assert.deepEqual(result.errors, []);
    assert.ok(
      Math.abs((result.samplesDecoded / rate) * 1000 - durationMs) < 60,
      String(durationMs),
    );
    assert.ok(durationMs > 1200 && durationMs < 1500, String(durationMs));
  });

  test('loses tags and the frame that counts the others', () => {
    const audio = encode(tone(100, 440));
    const plain = formats.mp3.join([audio]);
    const first = audio.subarray(0, 96);
    const counting = Buffer.from(first).fill(0, 4);
    counting.write('Xing', 4 + 9, 'latin1');
    const id3 = Buffer.concat([
      Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x05', 'latin1'),
      silence(5),
    ]);
    const tagged = Buffer.concat([id3, counting, audio, Buffer.from(`TAG${'x'.repeat(125)}`)]);
    assert.deepEqual(formats.mp3.join([tagged]), plain);
  });

  test('that is none, or cut off, is refused', () => {
    assert.throws(() => formats.mp3.join([Buffer.from('<html></html>')]), /is not MP3/);
    assert.throws(() => formats.mp3.join([Buffer.alloc(0)]), /is not MP3/);
    assert.throws(() => formats.mp3.join([encode(tone(100, 440)).subarray(0, -7)]), /was cut off/);
  });
});

describe('Ogg Opus', () => {
  /** A file as an encoder writes it: 20 ms packets, several to a page. */
  function opusFile(
    ms: number,
    hz: number,
    { perPage = 10, preSkip = 312, serial = 7 } = {},
  ): Buffer {
    const encoder = new OpusScript(rate, 1, 2048);
    // Encoders add what the decoder leaves out in front.
    const samples = new Float32Array(rate * (ms / 1000) + preSkip / 2);
    samples.set(tone(ms, hz));
    const packets: Buffer[] = [];
    for (let at = 0; at < samples.length; at += 480) {
      const frame = Buffer.alloc(960);
      samples
        .subarray(at, at + 480)
        .forEach((sample, index) => frame.writeInt16LE(Math.round(sample * 32_767), index * 2));
      packets.push(encoder.encode(frame, 480));
    }
    encoder.delete();
    const head = Buffer.alloc(19);
    head.write('OpusHead\x01\x01', 'latin1');
    head.writeUInt16LE(preSkip, 10);
    head.writeUInt32LE(rate, 12);
    const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
    const lacing = (packet: Buffer) => [
      ...Array.from({ length: Math.floor(packet.length / 255) }, () => 255),
      packet.length % 255,
    ];
    const page = (some: Buffer[], flags: number, granule: number, sequence: number) =>
      writePage(
        {
          flags,
          granule: BigInt(granule),
          segments: Buffer.from(some.flatMap(lacing)),
          body: Buffer.concat(some),
        },
        serial,
        sequence,
      );
    const pages = [page([head], 2, 0, 0), page([tags], 0, 0, 1)];
    for (let at = 0; at < packets.length; at += perPage) {
      const isLast = at + perPage >= packets.length;
      const granule = isLast ? ms * 48 + preSkip : (at + perPage) * 960;
      pages.push(page(packets.slice(at, at + perPage), isLast ? 4 : 0, granule, pages.length));
    }
    return Buffer.concat(pages);
  }

  async function decodedMs(bytes: Uint8Array): Promise<number> {
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    const { samplesDecoded, errors } = await decoder.decodeFile(bytes);
    assert.deepEqual(errors, []);
    decoder.free();
    return samplesDecoded / 48;
  }

  test('of one part is as long as it was', async () => {
    const { bytes, durationMs } = formats.oggOpus.join([opusFile(490, 440)]);
    assert.equal(await decodedMs(bytes), durationMs);
  });

  test('of several parts is one stream, numbered through', async () => {
    const { bytes, durationMs } = formats.oggOpus.join([
      opusFile(500, 440, { serial: 7 }),
      opusFile(730, 880, { serial: 8, perPage: 7 }),
      opusFile(300, 660, { serial: 9 }),
    ]);
    const pages = readPages(bytes);
    let at = 0;
    pages.forEach((page, sequence) => {
      assert.equal(bytes.readUInt32LE(at + 14), 1, 'one serial number');
      assert.equal(bytes.readUInt32LE(at + 18), sequence);
      assert.equal((page.flags & 2) !== 0, sequence === 0, 'begins once');
      assert.equal((page.flags & 4) !== 0, sequence === pages.length - 1, 'ends once');
      at += 27 + page.segments.length + page.body.length;
    });
    const granules = pages.map(({ granule }) => Number(granule));
    assert.deepEqual(
      granules,
      granules.toSorted((a, b) => a - b),
    );
    assert.equal(await decodedMs(bytes), durationMs);
    assert.ok(durationMs >= 1530 && durationMs < 1600, String(durationMs));
  });

  test('whose packets go over pages keeps its length', async () => {
    const file = opusFile(200, 440, { perPage: 100 });
    const [head, tags, audio] = readPages(file);
    assert.ok(head && tags && audio);
    const half = Math.floor((audio.segments[0] ?? 0) / 2);
    // The first packet as 255 bytes and the rest: made longer by padding that belongs to nobody.
    const long = Buffer.concat([audio.body.subarray(0, audio.segments[0]), silence(300, 0)]);
    assert.ok(half > 0);
    const pages = [
      { ...head },
      { ...tags },
      { flags: 0, granule: -1n, segments: Buffer.from([255]), body: long.subarray(0, 255) },
      {
        ...audio,
        flags: 4 | 1,
        segments: Buffer.concat([Buffer.from([long.length - 255]), audio.segments.subarray(1)]),
        body: Buffer.concat([long.subarray(255), audio.body.subarray(audio.segments[0])]),
      },
    ];
    const split = Buffer.concat(pages.map((page, sequence) => writePage(page, 7, sequence)));
    const joined = readPages(formats.oggOpus.join([split]).bytes);
    assert.deepEqual(
      joined.slice(2).map(({ granule, flags }) => [granule, flags]),
      [
        [-1n, 0],
        [BigInt(200 * 48 + 312), 5],
      ],
    );
  });

  test('that is none, damaged or cut off is refused', () => {
    const file = opusFile(200, 440, { perPage: 2 });
    assert.throws(() => formats.oggOpus.join([Buffer.from('<html></html>')]), /is not Ogg/);
    assert.throws(() => formats.oggOpus.join([Buffer.alloc(0)]), /is not Ogg Opus/);
    assert.throws(() => formats.oggOpus.join([file.subarray(0, -3)]), /was cut off within/);
    const damaged = Buffer.from(file);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    assert.throws(() => formats.oggOpus.join([damaged]), /has a damaged Ogg page/);
    const pages = readPages(file);
    const last = pages.at(-1);
    const lastBytes = 27 + (last?.segments.length ?? 0) + (last?.body.length ?? 0);
    assert.throws(
      () => formats.oggOpus.join([file.subarray(0, -lastBytes)]),
      /its last page is missing/,
    );
  });
});
