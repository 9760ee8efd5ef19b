import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAudioFile } from './audio-file.ts';
import { audioHeader } from './audio-header.ts';
import { encodeMp3 } from './mp3.ts';
import { encodeMulaw } from './mulaw.ts';
import { encodeOggOpus } from './opus.ts';
import { interleaved, pcmBytes, wavFile } from './wav.ts';

const tone = (hz: number, rateHz: number, seconds = 1): Int16Array =>
  Int16Array.from(
    { length: seconds * rateHz },
    (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / rateHz),
  );

/** How often it crosses zero upwards: its pitch, for a tone. */
function pitchOf(pcm: Int16Array): number {
  const middle = pcm.subarray(1_600, 1_600 + 4_000);
  return middle.filter((x, i) => i > 0 && x >= 0 && middle[i - 1]! < 0).length * 2;
}

describe('an audio file', () => {
  const wav = (rateHz: number) =>
    wavFile(pcmBytes(interleaved([tone(440, rateHz), tone(880, rateHz)])), {
      encoding: 'pcm',
      sampleRateHz: rateHz,
      channels: 2,
    });

  for (const rateHz of [8_000, 11_025, 44_100, 48_000]) {
    it(`of ${rateHz} Hz becomes telephone audio, each channel for itself`, async () => {
      const { channels, durationMs } = await readAudioFile(wav(rateHz));
      assert.equal(durationMs, 1_000);
      assert.deepEqual(
        channels.map((channel) => channel.length),
        [8_000, 8_000],
      );
      for (const [i, hz] of [440, 880].entries()) {
        assert.ok(Math.abs(pitchOf(channels[i]!) - hz) <= 4);
      }
    });
  }

  it('has no seams where it was resampled piece by piece', async () => {
    const long = wavFile(pcmBytes(tone(440, 16_000, 9)), { encoding: 'pcm', sampleRateHz: 16_000 });
    const [line] = (await readAudioFile(long)).channels;
    for (let i = 400; i < line!.length - 400; i++) {
      const expected = 10_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000);
      assert.ok(Math.abs(line![i]! - expected) < 60, `sample ${i}`);
    }
  });

  it('tells by its header what it is', async () => {
    const mp3 = await encodeMp3([tone(440, 16_000)], { sampleRateHz: 16_000 });
    const opus = encodeOggOpus([tone(440, 48_000), tone(880, 48_000)], 48_000);
    assert.deepEqual(audioHeader(mp3), { container: 'mp3', sampleRateHz: 16_000, channels: 1 });
    const tagged = Buffer.concat([
      Buffer.from('ID3\x04\0\0\0\0\0\x0a', 'latin1'),
      Buffer.alloc(10),
      mp3,
    ]);
    assert.deepEqual(audioHeader(tagged), audioHeader(mp3));
    assert.deepEqual(audioHeader(opus), {
      container: 'ogg-opus',
      sampleRateHz: 48_000,
      channels: 2,
    });
    const mulaw = wavFile(encodeMulaw(tone(440, 8_000)), {
      encoding: 'mulaw',
      sampleRateHz: 8_000,
    });
    assert.equal(audioHeader(mulaw)?.wav?.encoding, 'mulaw');
    for (const [bytes, container] of [
      ['\x1a\x45\xdf\xa3webm', 'webm'],
      ['\0\0\0\x18ftypmp42', 'mp4'],
      ['#!AMR\n', 'amr'],
      ['#!AMR-WB\n', 'amr-wb'],
    ] as const) {
      assert.equal(audioHeader(Buffer.from(bytes, 'latin1'))?.container, container);
    }
    for (const text of ['', '<html></html>', 'just some text', '\xff\xfb']) {
      assert.equal(audioHeader(Buffer.from(text, 'latin1')), undefined);
    }
  });

  it('is refused when it is broken, or in an encoding that no telephone has', async () => {
    const whole = Buffer.from(wav(8_000));
    await assert.rejects(readAudioFile(whole.subarray(0, 30)), /without a format or without data/);
    const floats = Buffer.from(whole);
    floats.writeUInt16LE(3, 20);
    await assert.rejects(readAudioFile(floats), /another encoding/);
    const bits24 = Buffer.from(whole);
    bits24.writeUInt16LE(24, 34);
    await assert.rejects(readAudioFile(bits24), /24 bits/);
    await assert.rejects(readAudioFile(Buffer.from('no audio')), /no known audio format/);
    await assert.rejects(readAudioFile(Buffer.from('#!AMR\n')), /amr is not decoded/);
    const flac = Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(100)]);
    await assert.rejects(readAudioFile(flac));
  });
});
