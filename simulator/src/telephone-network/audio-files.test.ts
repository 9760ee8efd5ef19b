import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMulaw, encodeMulaw } from '../audio/mulaw.ts';
import { levelOf, SILENT_FRAME } from './line-audio.ts';
import { keyTones, tone } from './tones.ts';
import { readWav, WavError, writeWav } from './wav.ts';

test('every µ-law code survives decoding and encoding', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  const again = encodeMulaw(decodeMulaw(codes));
  // 0x7f is negative zero and comes back as positive zero.
  codes[0x7f] = 0xff;
  assert.deepEqual(again, codes);
});

test('knows the values of G.711', () => {
  assert.deepEqual([...decodeMulaw(Uint8Array.of(0x00, 0x80, 0xff))], [-32_124, 32_124, 0]);
  assert.deepEqual([...encodeMulaw(Int16Array.of(0, -32_768, 32_767))], [0xff, 0x00, 0x80]);
});

test('tells speech from silence by its level', () => {
  assert.equal(levelOf(SILENT_FRAME), 0);
  assert.equal(levelOf(new Uint8Array(160).fill(0xff)), 0);
  assert.ok(levelOf(tone([440], 20)) > 1000);
});

test('makes tones for keys, and refuses what is no key', () => {
  assert.equal(keyTones('1').length, 1600);
  assert.equal(keyTones('w').length, 4000);
  assert.throws(() => keyTones('x'), RangeError);
});

test('reads back the WAV files that it writes, mono and stereo', () => {
  const pcm = decodeMulaw(tone([440], 100));
  assert.deepEqual(decodeMulaw(readWav(writeWav([pcm]))), pcm);
  assert.equal(readWav(writeWav([pcm, pcm])).length, pcm.length);
});

test('reads WAV at other rates as the same duration', () => {
  const wav = writeWav([new Int16Array(44_100)]);
  wav.writeUInt32LE(44_100, 24);
  assert.equal(readWav(wav).length, 8000);
});

for (const [what, file] of [
  ['an empty file', Buffer.alloc(0)],
  ['something else', Buffer.from('ID3 something that is an MP3 file')],
  ['a RIFF file that is no WAVE', Buffer.from('RIFF\0\0\0\0AVI LIST')],
  ['a WAVE without data', writeWav([new Int16Array(8)]).subarray(0, 36)],
] as const)
  test(`refuses ${what}`, () => assert.throws(() => readWav(file), WavError));

test('refuses encodings that a line cannot carry', () => {
  const wav = writeWav([new Int16Array(8)]);
  wav.writeUInt16LE(0x55, 20);
  assert.throws(() => readWav(wav), /format 85/);
});
