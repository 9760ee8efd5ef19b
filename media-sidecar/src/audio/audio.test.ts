import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MULAW_SILENCE } from './constants.ts';
import { Reframer } from './frames.ts';
import { isQuiet, levelDbfs, SILENCE_DBFS } from './level.ts';
import { decodeMulaw, decodeMulawInto, decodeMulawSample, encodeMulaw } from './mulaw.ts';
import { join, silence, tone } from './testing/signals.ts';
import { stripWavHeader, WavFormatError, WavStripper } from './wav.ts';

describe('µ-law', () => {
  it('decodes the corner values of G.711', () => {
    assert.equal(decodeMulawSample(0xff), 0);
    assert.equal(decodeMulawSample(0x7f), 0);
    assert.equal(decodeMulawSample(0x80), 32_124);
    assert.equal(decodeMulawSample(0x00), -32_124);
    assert.equal(decodeMulawSample(0xfe), 8);
  });

  it('gives every code back after decoding and encoding, but for the negative zero', () => {
    for (let code = 0; code < 256; code += 1) {
      const expected = code === 0x7f ? 0xff : code;
      assert.equal(encodeMulaw(decodeMulaw(Uint8Array.of(code)))[0], expected);
    }
  });

  it('is never further from a sample than half a step of its segment', () => {
    for (let sample = -32_768; sample <= 32_767; sample += 7) {
      const back = decodeMulaw(encodeMulaw(Int16Array.of(sample)))[0] ?? Number.NaN;
      const step = Math.max(8, 2 ** (Math.floor(Math.log2(Math.abs(sample) + 132)) - 4));
      const clipped = Math.max(-32_124, Math.min(32_124, sample));
      assert.ok(Math.abs(back - clipped) <= step / 2 + 4, `${sample} became ${back}`);
    }
  });

  it('refuses a target that is too short', () => {
    assert.throws(() => decodeMulawInto(silence(20), new Int16Array(10)), RangeError);
  });
});

describe('level', () => {
  it('measures a tone at its level and silence at the floor', () => {
    assert.ok(Math.abs(levelDbfs(tone(200, 440, -20)) + 20) < 0.2);
    assert.equal(levelDbfs(silence(20)), SILENCE_DBFS);
    assert.equal(levelDbfs(new Uint8Array(0)), SILENCE_DBFS);
  });

  it('takes the noise of a line for quiet, and a soft voice not', () => {
    assert.ok(isQuiet(silence(20)));
    // Peaks are 3 dB above the level of a tone.
    assert.ok(isQuiet(tone(20, 440, -54)));
    assert.ok(!isQuiet(tone(20, 440, -42)));
    const click = silence(20);
    click[150] = 0x20;
    assert.ok(!isQuiet(click));
  });
});

describe('reframing', () => {
  it('keeps its own copy of what waits, also of a Buffer', () => {
    const reframer = new Reframer();
    const audio = Buffer.alloc(170, 1);
    assert.equal(reframer.push(audio).length, 1);
    audio.fill(2);
    assert.deepEqual([...new Set(reframer.flush()?.subarray(0, 10))], [1]);
  });

  it('gives back every byte in order, however it was cut', () => {
    const audio = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    for (const size of [1, 7, 159, 160, 161, 999]) {
      const reframer = new Reframer();
      const frames: Uint8Array[] = [];
      for (let at = 0; at < audio.length; at += size) {
        frames.push(...reframer.push(audio.subarray(at, at + size)));
      }
      assert.ok(frames.every((frame) => frame.length === 160));
      assert.equal(reframer.pendingBytes, 40);
      const last = reframer.flush();
      assert.ok(last?.subarray(40).every((byte) => byte === MULAW_SILENCE));
      assert.deepEqual(join(...frames, last ?? silence(0)).subarray(0, 1000), audio);
      assert.equal(reframer.flush(), undefined);
    }
  });

  it('refuses a frame of no bytes', () => {
    assert.throws(() => new Reframer(0), RangeError);
  });
});

describe('WAV header', () => {
  const audio = Uint8Array.from({ length: 300 }, (_, i) => i % 256);

  function chunk(id: string, body: Uint8Array, lengthBytes = body.length): Uint8Array {
    const header = new Uint8Array(8);
    header.set([...id].map((letter) => letter.charCodeAt(0)));
    new DataView(header.buffer).setUint32(4, lengthBytes, true);
    return join(header, body, new Uint8Array(body.length % 2));
  }

  function format(bytes: number, codec = 7, rateHz = 8000): Uint8Array {
    const body = new Uint8Array(bytes);
    const view = new DataView(body.buffer);
    view.setUint16(0, codec, true);
    view.setUint16(2, 1, true);
    view.setUint32(4, rateHz, true);
    return chunk('fmt ', body);
  }

  function wav(...chunks: Uint8Array[]): Uint8Array {
    const body = join(
      Uint8Array.from('WAVE', (c) => c.charCodeAt(0)),
      ...chunks,
    );
    return chunk('RIFF', body);
  }

  it('is removed at 44, 46 and 58 bytes', () => {
    const fact = chunk('fact', new Uint8Array(4));
    for (const [file, headerBytes] of [
      [wav(format(16), chunk('data', audio)), 44],
      [wav(format(18), chunk('data', audio)), 46],
      [wav(format(18), fact, chunk('data', audio)), 58],
    ] as const) {
      assert.equal(file.length - audio.length, headerBytes);
      assert.deepEqual(stripWavHeader(file), audio);
    }
  });

  it('is removed when it comes in pieces of any size', () => {
    const file = wav(format(18), chunk('LIST', new Uint8Array(5)), chunk('data', audio));
    for (const size of [1, 3, 11, 45, 64, 1000]) {
      const stripper = new WavStripper();
      const parts: Uint8Array[] = [];
      for (let at = 0; at < file.length; at += size) {
        parts.push(stripper.push(file.subarray(at, at + size)));
      }
      stripper.end();
      assert.deepEqual(join(...parts), audio);
    }
  });

  it('leaves out what stands behind the audio, unless the length is unknown', () => {
    const trailer = chunk('LIST', new Uint8Array(6));
    assert.deepEqual(stripWavHeader(wav(format(18), chunk('data', audio), trailer)), audio);
    const streamed = wav(format(18), chunk('data', audio, 0xffff_ffff));
    assert.deepEqual(stripWavHeader(streamed), audio);
  });

  it('leaves headerless audio alone', () => {
    assert.deepEqual(stripWavHeader(audio), audio);
    assert.deepEqual(stripWavHeader(silence(20)), silence(20));
    assert.deepEqual(stripWavHeader(new Uint8Array(0)), new Uint8Array(0));
  });

  it('refuses other codecs, a cut header and a header without end', () => {
    assert.throws(() => stripWavHeader(wav(format(16, 1), chunk('data', audio))), WavFormatError);
    assert.throws(
      () => stripWavHeader(wav(format(16, 7, 24_000), chunk('data', audio))),
      WavFormatError,
    );
    assert.throws(() => stripWavHeader(wav(format(16)).subarray(0, 30)), WavFormatError);
    const endless = wav(format(16), chunk('junk', new Uint8Array(5000)));
    assert.throws(() => stripWavHeader(endless), WavFormatError);
  });
});
