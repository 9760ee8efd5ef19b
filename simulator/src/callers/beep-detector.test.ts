import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMulaw } from '../audio/mulaw.ts';
import { beep, conferenceBeep, keyTones, ringback, tone } from '../telephone-network/tones.ts';
import { FRAME_BYTES } from '../telephone-network/line-audio.ts';
import { BeepDetector } from './beep-detector.ts';

/** When a beep ended in this audio; undefined where there was none. */
function beepEndsMs(...audio: readonly Uint8Array[]): number | undefined {
  const all = Buffer.concat(audio);
  const detector = new BeepDetector();
  for (let at = 0; at + FRAME_BYTES <= all.length; at += FRAME_BYTES) {
    detector.feed(all.subarray(at, at + FRAME_BYTES), at / 8);
  }
  return Number.isFinite(detector.endedMs) ? detector.endedMs : undefined;
}

const silence = (ms: number): Uint8Array => tone([], ms);

test('hears the beep before a recording, and when it is over', () => {
  assert.equal(beepEndsMs(silence(100), beep, silence(100)), 500);
});

test('hears it wherever in a frame it begins', () => {
  const endsMs = beepEndsMs(silence(107), beep, silence(200));
  assert.ok(endsMs !== undefined && Math.abs(endsMs - 507) <= 20, String(endsMs));
});

test('takes no other tone for it', () => {
  for (const audio of [conferenceBeep, ringback, keyTones('0123456789*#'), tone([950], 400)]) {
    assert.equal(beepEndsMs(audio, silence(100)), undefined);
  }
});

test('takes no blip and no noise for it', () => {
  assert.equal(beepEndsMs(tone([1000], 120), silence(100)), undefined);
  let seed = 1;
  const noise = Int16Array.from({ length: 8000 }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed % 12_000) - 6000;
  });
  assert.equal(beepEndsMs(encodeMulaw(noise), silence(100)), undefined);
});
