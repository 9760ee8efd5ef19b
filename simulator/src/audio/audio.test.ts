import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './mulaw.ts';
import { resample, toInt16 } from './resample.ts';
import { pcmBytes, wavFile } from './wav.ts';

const everySample = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('G.711', () => {
  it('has the values of the standard at the ends and at zero', () => {
    assert.deepEqual(
      [...decodeMulaw(Uint8Array.of(0x00, 0x80, 0xff, 0x7f))],
      [-32_124, 32_124, 0, 0],
    );
    assert.deepEqual([...encodeMulaw(Int16Array.of(0, 32_767, -32_768))], [0xff, 0x80, 0x00]);
    assert.deepEqual(
      [...decodeAlaw(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a))],
      [8, -8, 32_256, -32_256],
    );
    assert.deepEqual(
      [...encodeAlaw(Int16Array.of(0, -1, 32_767, -32_768))],
      [0xd5, 0x55, 0xaa, 0x2a],
    );
  });

  it('encodes what it has decoded into the same bytes', () => {
    const mulaw = encodeMulaw(decodeMulaw(everyByte));
    // Negative zero is the one value with two codes.
    assert.deepEqual(
      [...mulaw],
      [...everyByte].map((byte) => (byte === 0x7f ? 0xff : byte)),
    );
    assert.deepEqual(encodeAlaw(decodeAlaw(everyByte)), everyByte);
  });

  it('stays within half a step of every sample', () => {
    const mulaw = decodeMulaw(encodeMulaw(everySample));
    const alaw = decodeAlaw(encodeAlaw(everySample));
    for (const [i, sample] of everySample.entries()) {
      const allowed = Math.abs(sample) / 32 + 16;
      const clipped = Math.abs(sample) > 32_124;
      assert.ok(clipped || Math.abs(mulaw[i]! - sample) <= allowed, `µ-law of ${sample}`);
      assert.ok(
        Math.abs(alaw[i]! - sample) <= allowed + 512 * Number(clipped),
        `A-law of ${sample}`,
      );
    }
  });
});

describe('resampling 22,050 Hz to 8,000 Hz', () => {
  const tone = (hz: number): Int16Array =>
    Int16Array.from(
      { length: 22_050 },
      (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / 22_050),
    );
  const amplitude = (samples: Float64Array): number => {
    const middle = samples.subarray(1_000, -1_000);
    return Math.sqrt((2 * middle.reduce((sum, x) => sum + x * x, 0)) / middle.length);
  };

  it('keeps what a telephone carries', () => {
    for (const hz of [300, 1_000, 3_000]) {
      const output = resample(tone(hz), 22_050, 8_000);
      assert.equal(output.length, 8_000);
      assert.ok(Math.abs(amplitude(output) - 10_000) < 50, `${hz} Hz`);
    }
  });

  it('takes away by 60 dB what would fold back', () => {
    for (const hz of [4_200, 5_000, 9_000]) {
      assert.ok(amplitude(resample(tone(hz), 22_050, 8_000)) < 10, `${hz} Hz`);
    }
  });

  it('rounds and clips to 16 bits', () => {
    assert.deepEqual([...toInt16(Float64Array.of(1.6, -40_000, 40_000))], [2, -32_768, 32_767]);
  });

  it('refuses rates that are none', () => {
    for (const rate of [0, -8_000, 8_000.5, Number.NaN]) {
      assert.throws(() => resample(new Int16Array(1), 8_000, rate), RangeError);
    }
  });
});

describe('a WAV file', () => {
  const text = (bytes: Uint8Array, from: number): string =>
    Buffer.from(bytes).toString('latin1', from, from + 4);

  it('has 58 bytes of header with a fact chunk for µ-law', () => {
    const file = wavFile(Uint8Array.of(1, 2, 3), { encoding: 'mulaw', sampleRateHz: 8_000 });
    const view = new DataView(file.buffer);
    assert.deepEqual(
      [0, 8, 12, 38, 50].map((at) => text(file, at)),
      ['RIFF', 'WAVE', 'fmt ', 'fact', 'data'],
    );
    assert.equal(view.getUint32(4, true), file.length - 8);
    assert.equal(view.getUint16(20, true), 7);
    assert.equal(view.getUint32(24, true), 8_000);
    assert.equal(view.getUint32(54, true), 3);
    assert.deepEqual([...file.subarray(58)], [1, 2, 3, 0]);
  });

  it('has 44 bytes of header for 16-bit samples', () => {
    const file = wavFile(pcmBytes(Int16Array.of(1, -2)), { encoding: 'pcm', sampleRateHz: 24_000 });
    const view = new DataView(file.buffer);
    assert.equal(text(file, 36), 'data');
    assert.equal(view.getUint32(28, true), 48_000);
    assert.deepEqual([...file.subarray(44)], [1, 0, 0xfe, 0xff]);
  });
});
