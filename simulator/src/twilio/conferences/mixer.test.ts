import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMulaw, encodeMulaw } from '../../audio/mulaw.ts';
import { FRAME_BYTES, levelOf, SILENT_FRAME } from '../../telephone-network/line-audio.ts';
import { tone } from '../../telephone-network/tones.ts';
import { Mixer, MixerSeat, sumOf } from './mixer.ts';

const frameOf = (value: number): Uint8Array => encodeMulaw(new Int16Array(FRAME_BYTES).fill(value));

test('one voice alone goes through unchanged, silence is nothing', () => {
  const voice = tone([440], 20);
  assert.equal(sumOf([null, voice, SILENT_FRAME]), voice);
  assert.equal(sumOf([null, SILENT_FRAME]), null);
});

test('several voices are added, and what is too loud is clipped', () => {
  const sum = decodeMulaw(sumOf([frameOf(1000), frameOf(2000)]) as Uint8Array);
  assert.ok(Math.abs((sum[0] ?? 0) - 3000) < 150);
  const clipped = decodeMulaw(sumOf([frameOf(30_000), frameOf(30_000)]) as Uint8Array);
  assert.ok((clipped[0] ?? 0) > 30_000);
});

test('everybody hears the others and not themselves, as the rules allow', () => {
  const [a, b, c] = [new MixerSeat(), new MixerSeat(), new MixerSeat()];
  const mixer = new Mixer({ hears: (listener, speaker) => !(listener === c && speaker === a) });
  for (const seat of [a, b, c]) mixer.add(seat);
  a.spoken.push(tone([440], 20));
  mixer.tick();
  const levels = [a, b, c].map((seat) => levelOf(seat.heard.pull() ?? SILENT_FRAME));
  assert.equal(levels[0], 0);
  assert.ok((levels[1] ?? 0) > 1000);
  assert.equal(levels[2], 0);
});

test('an overlay is heard over the others, by its seat only', () => {
  const [a, b] = [new MixerSeat(), new MixerSeat()];
  const mixer = new Mixer({ hears: () => true });
  mixer.add(a);
  mixer.add(b);
  b.overlay.push(tone([1400], 20));
  mixer.tick();
  assert.equal(levelOf(a.heard.pull() ?? SILENT_FRAME), 0);
  assert.ok(levelOf(b.heard.pull() ?? SILENT_FRAME) > 1000);
});

test('speech that piles up is dropped, so that the mix stays in time', () => {
  const [a, b] = [new MixerSeat(), new MixerSeat()];
  const mixer = new Mixer({ hears: () => true });
  mixer.add(a);
  mixer.add(b);
  a.spoken.push(tone([440], 5000));
  mixer.tick();
  assert.ok(a.spoken.lengthBytes <= 9 * FRAME_BYTES);
});
