import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import { createVoices } from '../../voices/espeak-voices.ts';
import type { EspeakVoices } from '../../voices/espeak-voices.ts';
import { makeRecording } from './recordings.ts';
import type { RecordingFormat } from './recordings.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const TURNS = [
  { voice: 'es-419+f3', text: 'Buenos días, ¿en qué le ayudo?', channel: 0 },
  { voice: 'es-419+m3', text: 'Quiero una hora para mañana.', channel: 1 },
];

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
}

async function decode(format: RecordingFormat, file: Uint8Array): Promise<Decoded> {
  const decoder = {
    mp3: () => new MPEGDecoder(),
    flac: () => new FLACDecoder(),
    'ogg-opus': () => new OggOpusDecoder(),
  }[format as 'mp3' | 'flac' | 'ogg-opus']();
  await decoder.ready;
  const decoded =
    decoder instanceof MPEGDecoder ? decoder.decode(file) : await decoder.decodeFile(file);
  decoder.free();
  return decoded;
}

/** Loudness of a stretch of a channel. */
function rms({ channelData, sampleRate }: Decoded, channel: number, from: number, to: number) {
  const part = channelData[channel]!.subarray(
    Math.round((from / 1_000) * sampleRate),
    Math.round((to / 1_000) * sampleRate),
  );
  return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
}

describe('a recording', () => {
  for (const format of ['mp3', 'flac', 'ogg-opus'] as const) {
    it(`has everybody at their time and on their channel, as ${format}`, async () => {
      const recording = await makeRecording(voices, {
        turns: TURNS,
        format,
        channels: 2,
        sampleRateHz: 16_000,
        pausesMs: [900, 300],
      });
      const decoded = await decode(format, recording.file);
      const lengthMs = (decoded.channelData[0]!.length / decoded.sampleRate) * 1_000;
      assert.ok(Math.abs(lengthMs - recording.durationMs) < 200, `${lengthMs} ms`);
      const [first, second] = recording.turns;
      assert.equal(second!.startMs, first!.endMs + 900);
      for (const { channel, startMs, endMs } of recording.turns) {
        assert.ok(rms(decoded, channel, startMs, endMs) > 0.03);
        assert.ok(rms(decoded, 1 - channel, startMs + 100, endMs - 100) < 0.005);
      }
    });
  }

  it('is a WAV file of 16 bits or of µ-law', async () => {
    const turns = [{ voice: 'es-419+f3', text: 'Hola.' }];
    const pcm = await makeRecording(voices, { turns });
    const mulaw = await makeRecording(voices, { turns, format: 'mulaw-wav' });
    assert.equal(pcm.file.readUInt16LE(20), 1);
    assert.equal(mulaw.file.readUInt16LE(20), 7);
    assert.equal(pcm.file.length, 44 + pcm.durationMs * 16);
    assert.equal(mulaw.file.length, 58 + mulaw.durationMs * 8);
    assert.deepEqual(
      pcm.turns[0]!.words.map(({ word }) => word),
      ['Hola.'],
    );
  });

  it('refuses a channel that there is not', async () => {
    await assert.rejects(makeRecording(voices, { turns: TURNS }), /no channel 1/);
  });
});
