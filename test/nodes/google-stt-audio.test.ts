import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import libflac from 'libflacjs';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';

import { encodeMp3 } from '../../simulator/src/audio/mp3.ts';
import { encodeMulaw } from '../../simulator/src/audio/mulaw.ts';
import { encodeOggOpus } from '../../simulator/src/audio/opus.ts';
import { interleaved, pcmBytes, wavFile } from '../../simulator/src/audio/wav.ts';
import { encodeFlac } from '../../simulator/src/google/testing/flac.ts';
import type * as Open from '../../nodes/GoogleSTT/audio/open.ts';
import type * as Pieces from '../../nodes/GoogleSTT/audio/pieces.ts';
import type { Piece, Recording } from '../../nodes/GoogleSTT/audio/recording.ts';
import { built } from './package.ts';

const { openRecording } = built<typeof Open>('nodes/GoogleSTT/audio/open');
const { cutsOf } = built<typeof Pieces>('nodes/GoogleSTT/audio/pieces');

const rateHz = 16_000;
const target = { apiVersion: 'v2', channels: 'separate' } as const;
const limits = { maxMs: 20_000, maxBytes: 7_000_000 };

/** "Words": bursts of sound of 300 to 1200 ms, each of its own pitch, with pauses of 500 ms between. */
function speech(seconds: number): {
  pcm: Int16Array;
  words: Array<{ fromMs: number; toMs: number }>;
} {
  const pcm = new Int16Array(seconds * rateHz);
  const words: Array<{ fromMs: number; toMs: number }> = [];
  for (let atMs = 200; atMs < seconds * 1000 - 1500;) {
    const lengthMs = 300 + ((words.length * 370) % 900);
    const hertz = 200 + ((words.length * 83) % 900);
    const from = (atMs * rateHz) / 1000;
    for (let i = 0; i < (lengthMs * rateHz) / 1000; i++) {
      pcm[from + i] = Math.round(9000 * Math.sin((2 * Math.PI * hertz * i) / rateHz));
    }
    words.push({ fromMs: atMs, toMs: atMs + lengthMs });
    atMs += lengthMs + 500;
  }
  return { pcm, words };
}

const wav = (pcm: Int16Array, channels = 1) =>
  Buffer.from(wavFile(pcmBytes(pcm), { encoding: 'pcm', sampleRateHz: rateHz, channels }));

function cut(recording: Recording): Array<Piece & { endMs: number }> {
  const cuts = cutsOf(recording.timeline, limits);
  return cuts.slice(1).map((to, index) => ({
    ...recording.piece(cuts[index] ?? 0, to),
    endMs: recording.timeline.boundariesMs[to] ?? NaN,
  }));
}

interface Decoded {
  channelData: Float32Array[];
  sampleRate: number;
}

const decoders: Record<string, (bytes: Uint8Array) => Promise<Decoded>> = {
  async mp3(bytes) {
    const decoder = new MPEGDecoder();
    await decoder.ready;
    return decoder.decode(bytes);
  },
  // The reference decoder: it checks every check sum.
  async flac(bytes) {
    const flac = libflac('release');
    await new Promise<void>((resolve) => flac.on('ready', () => resolve()));
    const decoder = flac.create_libflac_decoder(true);
    const channel: number[] = [];
    let at = 0;
    flac.init_decoder_stream(
      decoder,
      (length) => {
        const buffer = new Uint8Array(bytes.subarray(at, at + length));
        at += buffer.length;
        return { buffer, readDataLength: buffer.length, error: false };
      },
      ([data = new Uint8Array()]) => {
        const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
        for (let i = 0; i < data.length; i += 2) channel.push(view.getInt16(i, true) / 32_768);
      },
      (_code, message) => assert.fail(String(message)),
    );
    assert.ok(flac.FLAC__stream_decoder_process_until_end_of_stream(decoder));
    flac.FLAC__stream_decoder_delete(decoder);
    return { channelData: [Float32Array.from(channel)], sampleRate: rateHz };
  },
  async opus(bytes) {
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    const decoded = await decoder.decodeFile(bytes);
    assert.deepEqual(decoded.errors, []);
    return decoded;
  },
  async wav(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const channel = Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => view.getInt16(i * 2, true) / 32_768,
    );
    return { channelData: [channel], sampleRate: rateHz };
  },
};

/** How much sound there is in each ms, with each piece at its place in the whole. */
async function soundOf(
  pieces: ReadonlyArray<{ bytes: Buffer; startMs: number }>,
  decode: (bytes: Uint8Array) => Promise<Decoded>,
): Promise<Float32Array> {
  const sound = new Float32Array(72 * 1000);
  for (const { bytes, startMs } of pieces) {
    const { channelData, sampleRate } = await decode(bytes);
    channelData[0]?.forEach((sample, i) => {
      const ms = Math.floor(startMs + (i * 1000) / sampleRate);
      sound[ms] = (sound[ms] ?? 0) + sample * sample;
    });
  }
  return sound;
}

let long: ReturnType<typeof speech>;
let files: Record<string, Buffer>;
before(async () => {
  long = speech(70);
  files = {
    wav: wav(long.pcm),
    mp3: await encodeMp3([long.pcm], { sampleRateHz: rateHz }),
    flac: await encodeFlac([long.pcm], rateHz),
    opus: encodeOggOpus([long.pcm], rateHz),
  };
});

for (const format of ['wav', 'mp3', 'flac', 'opus']) {
  test(`${format}: is cut in pauses only, and no word is lost, doubled or moved`, async () => {
    const recording = openRecording(files[format] ?? Buffer.alloc(0), {}, target);
    assert.ok(Math.abs(recording.durationMs - 70_000) < 150, String(recording.durationMs));
    const pieces = cut(recording);
    assert.ok(pieces.length >= 4 && pieces.length <= 6, String(pieces.length));
    const decode = decoders[format] ?? assert.fail();
    const whole = await soundOf([{ bytes: files[format] ?? Buffer.alloc(0), startMs: 0 }], decode);
    const heard = await soundOf(pieces, decode);
    assert.ok(pieces.every(({ startMs, endMs }) => endMs - startMs <= limits.maxMs + 200));
    for (const { fromMs, toMs } of long.words) {
      for (const { startMs } of pieces.slice(1)) {
        assert.ok(startMs <= fromMs || startMs >= toMs, `cut at ${startMs} in ${fromMs}-${toMs}`);
      }
      const energy = (of: Float32Array) =>
        of.slice(fromMs - 100, toMs + 150).reduce((sum, each) => sum + each, 0);
      // Lossy codecs differ a little after a fresh start; a lost or doubled word differs wholly.
      const ratio = energy(heard) / energy(whole);
      assert.ok(Math.abs(ratio - 1) < 0.03, `${fromMs} ms: ${ratio}`);
    }
  });
}

test('a recording within the limits is sent as it is', () => {
  const short = openRecording(files['flac'] ?? Buffer.alloc(0), {}, target);
  const cuts = cutsOf(short.timeline, { maxMs: 90_000, maxBytes: 1e9 });
  assert.equal(cuts.length, 2);
  assert.equal(short.piece(0, cuts[1] ?? 0).bytes, files['flac']);
});

test('is cut by size where the bytes are the limit', () => {
  const recording = openRecording(files['wav'] ?? Buffer.alloc(0), {}, target);
  const cuts = cutsOf(recording.timeline, { maxMs: 60_000, maxBytes: 320_000 });
  cuts.slice(1).forEach((to, index) => {
    assert.ok(recording.piece(cuts[index] ?? 0, to).bytes.length <= 320_000);
  });
  assert.ok(cuts.length > 7);
});

test('loud audio without any pause is cut too', () => {
  const noise = Int16Array.from({ length: 65 * rateHz }, (_, i) => (i % 2 ? 8000 : -8000));
  const recording = openRecording(wav(noise), {}, target);
  const cuts = cutsOf(recording.timeline, limits);
  assert.equal(cuts[0], 0);
  assert.equal(cuts.at(-1), recording.timeline.levels.length);
  assert.ok(cuts.length >= 5);
});

test('finds encoding, rate and channels in the bytes', () => {
  const of = (bytes: Buffer, hints = {}) => {
    const { name, encoding, sampleRateHz, channels } = openRecording(bytes, hints, target).format;
    return [name, encoding, sampleRateHz, channels];
  };
  const mulaw = Buffer.from(encodeMulaw(long.pcm));
  const stereo = interleaved([long.pcm, long.pcm]);
  assert.deepEqual(of(files['wav'] ?? mulaw), ['WAV', 'LINEAR16', 16_000, 1]);
  assert.deepEqual(of(wav(stereo, 2)), ['WAV', 'LINEAR16', 16_000, 2]);
  const mulawWav = wavFile(mulaw, { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 });
  assert.deepEqual(of(Buffer.from(mulawWav)), ['WAV', 'MULAW', 8000, 1]);
  assert.deepEqual(of(files['mp3'] ?? mulaw), ['MP3', 'MP3', 16_000, 1]);
  assert.deepEqual(of(files['flac'] ?? mulaw), ['FLAC', 'FLAC', 16_000, 1]);
  assert.deepEqual(of(files['opus'] ?? mulaw), ['Ogg Opus', 'OGG_OPUS', 16_000, 1]);
  assert.deepEqual(of(mulaw, { fileName: 'call.ulaw' }), ['µ-law', 'MULAW', 8000, 1]);
  assert.deepEqual(of(mulaw, { mimeType: 'audio/basic' }), ['µ-law', 'MULAW', 8000, 1]);
  const raw = { encoding: 'LINEAR16', sampleRateHz: 24_000, channels: 1 };
  assert.deepEqual(of(Buffer.from(pcmBytes(long.pcm)), { raw }), ['PCM', 'LINEAR16', 24_000, 1]);
});

test('reads an MP3 behind an ID3v2 tag with a picture', () => {
  const tag = Buffer.alloc(10 + 40_000, 0xff);
  tag.write('ID3', 0, 'latin1');
  tag.set([4, 0, 0, 0, 2, (40_000 >> 7) & 0x7f, 40_000 & 0x7f], 3);
  const recording = openRecording(Buffer.concat([tag, files['mp3'] ?? tag]), {}, target);
  assert.ok(Math.abs(recording.durationMs - 70_000) < 150);
});

test('WAVE_FORMAT_EXTENSIBLE is read by its sub-format, also behind other chunks and with odd lengths', () => {
  const data = Buffer.from(pcmBytes(long.pcm.subarray(0, 16_000)));
  const format = Buffer.alloc(40);
  format.writeUInt16LE(0xfffe, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(16_000, 4);
  format.writeUInt16LE(16, 14);
  format.writeUInt16LE(22, 16);
  format.writeUInt16LE(1, 24);
  const chunk = (name: string, content: Buffer, length = content.length) => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32LE(length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const file = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'),
    chunk('LIST', Buffer.from('odd')),
    chunk('fmt ', format),
    // A program that wrote to a pipe did not know the length.
    chunk('data', data, 0xffff_ffff),
  ]);
  const recording = openRecording(file, {}, target);
  assert.equal(recording.durationMs, 1000);
  assert.deepEqual(recording.piece(0, recording.timeline.levels.length).bytes, data);
});

test('samples that Google does not take are sent as 16-bit samples', () => {
  const pcm = long.pcm.subarray(0, 16_000);
  const bytes24 = Buffer.alloc(pcm.length * 3);
  pcm.forEach((sample, i) => bytes24.writeIntLE(sample * 256, i * 3, 3));
  const header = wav(pcm).subarray(0, 44);
  const file = Buffer.concat([header, bytes24]);
  file.writeUInt16LE(24, 34);
  file.writeUInt32LE(bytes24.length, 40);
  const recording = openRecording(file, {}, target);
  assert.equal(recording.format.encoding, 'LINEAR16');
  const sent = recording.piece(0, recording.timeline.levels.length).bytes;
  assert.deepEqual(sent, Buffer.from(pcmBytes(pcm)));
});

test('two channels are added together, or kept apart', () => {
  const [left, right] = [Int16Array.from({ length: 8000 }, () => 1000), new Int16Array(8000)];
  const file = wav(interleaved([left, right]), 2);
  const mixed = openRecording(file, {}, { apiVersion: 'v1', channels: 'mix' });
  assert.equal(mixed.format.channels, 1);
  assert.equal(mixed.piece(0, 1).bytes.readInt16LE(0), 500);
  const separate = openRecording(file, {}, { apiVersion: 'v1', channels: 'separate' });
  assert.equal(separate.format.channels, 2);
  assert.equal(separate.piece(0, 1).bytes.readInt16LE(2), 0);
});

test('version 1 gets no A-law and no µ-law of two channels', () => {
  const mulaw = wavFile(encodeMulaw(long.pcm), {
    encoding: 'mulaw',
    sampleRateHz: 8000,
    channels: 2,
  });
  const v1 = { apiVersion: 'v1', channels: 'separate' } as const;
  assert.equal(openRecording(Buffer.from(mulaw), {}, v1).format.encoding, 'LINEAR16');
  assert.equal(openRecording(Buffer.from(mulaw), {}, target).format.encoding, 'MULAW');
  const alaw = Buffer.alloc(8000, 0xd5);
  assert.equal(openRecording(alaw, { fileName: 'a.alaw' }, v1).format.encoding, 'LINEAR16');
  assert.equal(openRecording(alaw, { fileName: 'a.alaw' }, target).format.encoding, 'ALAW');
});

const page = (content: Buffer) => {
  const head = Buffer.alloc(28);
  head.write('OggS', 0, 'latin1');
  head.set([2], 5);
  head.set([1, content.length], 26);
  return Buffer.concat([head, content]);
};

const refused: Array<[what: string, bytes: () => Buffer, message: RegExp]> = [
  ['nothing', () => Buffer.alloc(0), /^The audio is empty$/],
  ['a WAV header alone', () => wav(new Int16Array(0)), /^The audio is empty$/],
  ['a web page', () => Buffer.from('<!DOCTYPE html><p>Not found'), /no audio but text/],
  ['JSON', () => Buffer.from('{"code":20404}'), /no audio but text/],
  ['bytes of any kind', () => Buffer.from('0123456789abcdef'), /no known format/],
  ['Vorbis', () => page(Buffer.from('\x01vorbis0000000000000000')), /Vorbis/],
  ['a WAV that is cut in its header', () => wav(long.pcm).subarray(0, 20), /cut in its header/],
  ['a FLAC that is cut in its header', () => Buffer.from('fLaC\x80\0\0\x22abc'), /does not say/],
  ['an M4A', () => Buffer.from('\0\0\0\x20ftypM4A \0\0\0\0'), /MP4 or M4A/],
  [
    '96 kHz',
    () =>
      Buffer.from(
        wavFile(new Uint8Array(9600), { encoding: 'pcm', sampleRateHz: 96_000, channels: 1 }),
      ),
    /96000 Hz/,
  ],
];
for (const [what, bytes, message] of refused) {
  test(`refuses ${what}, and says what to do`, () => {
    assert.throws(
      () => openRecording(bytes(), {}, target),
      (error: Error & { description?: string }) => {
        assert.match(error.message, message);
        assert.ok((error.description ?? '').length > 20);
        return true;
      },
    );
  });
}

test('an MP3 that is cut in the middle is read as far as it goes', () => {
  const file = files['mp3'] ?? Buffer.alloc(0);
  const half = openRecording(file.subarray(0, file.length / 2), {}, target);
  assert.ok(Math.abs(half.durationMs - 35_000) < 1000, String(half.durationMs));
});
