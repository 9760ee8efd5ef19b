import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Reframer } from './frames.ts';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';
import { join, mix, noise, silence, tone, voice } from './testing/signals.ts';
import {
  createVoiceActivityDetector,
  loadVoiceActivity,
  type VoiceActivityEvent,
  type VoiceActivityOptions,
} from './voice-activity.ts';

type Noticed = VoiceActivityEvent & { readonly noticedMs: number };

function detect(mulaw: Uint8Array, options?: Partial<VoiceActivityOptions>): Noticed[] {
  const detector = createVoiceActivityDetector(options);
  const events: Noticed[] = [];
  let noticedMs = 0;
  for (const frame of new Reframer().push(mulaw)) {
    noticedMs += 20;
    const event = detector.process(frame);
    if (event) events.push({ ...event, noticedMs });
  }
  detector.close();
  return events;
}

function near(actual: number | undefined, expected: number, toleranceMs: number): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= toleranceMs,
    `${actual} is not within ${toleranceMs} of ${expected}`,
  );
}

describe('voice activity', () => {
  before(loadVoiceActivity);

  it('tells where speech truly began and ended, after it has noticed', () => {
    const events = detect(join(silence(1000), voice(800), silence(800)));
    assert.deepEqual(
      events.map((event) => event.type),
      ['speech-started', 'speech-ended'],
    );
    near(events[0]?.atMs, 1000, 20);
    near(events[0]?.noticedMs, 1060, 20);
    near(events[1]?.atMs, 1800, 20);
    near(events[1]?.noticedMs, 2000, 20);
  });

  it('finds the same places on a noisy line', () => {
    const clean = join(silence(1500), voice(800), silence(900));
    const noisy = encodeMulaw(mix(decodeMulaw(clean), decodeMulaw(noise(3200, -45))));
    const events = detect(noisy);
    assert.equal(events.length, 2);
    near(events[0]?.atMs, 1500, 40);
    near(events[1]?.atMs, 2300, 60);
  });

  it('does not take silence or the noise of a line for speech, not even at the beginning', () => {
    assert.deepEqual(detect(silence(2000)), []);
    for (const dbfs of [-70, -60, -50, -40]) assert.deepEqual(detect(noise(3000, dbfs)), []);
  });

  it('does not take a click for speech', () => {
    assert.deepEqual(detect(join(silence(600), tone(20, 1000, -10), silence(600))), []);
  });

  it('bridges a pause that is shorter than the silence that ends speech', () => {
    const paused = join(silence(400), voice(400), silence(120), voice(400), silence(600));
    assert.equal(detect(paused).length, 2);
    assert.equal(detect(paused, { endSilenceMs: 80 }).length, 4);
  });

  it('waits for as many voiced frames as it was told to', () => {
    const short = join(silence(600), voice(160), silence(600));
    assert.equal(detect(short, { startVoicedFrames: 3 }).length, 2);
    assert.equal(detect(short, { startVoicedFrames: 15, startWindowFrames: 20 }).length, 0);
  });

  it('keeps the calls apart', () => {
    const speaker = createVoiceActivityDetector();
    const silent = createVoiceActivityDetector();
    const speech = new Reframer().push(join(silence(400), voice(400)));
    const quiet = new Reframer().push(silence(800));
    speech.forEach((frame, i) => {
      speaker.process(frame);
      silent.process(quiet[i] ?? frame);
    });
    assert.equal(speaker.speaking, true);
    assert.equal(silent.speaking, false);
    speaker.close();
    silent.close();
  });

  it('gives its memory back: 20,000 calls do not exhaust it', () => {
    for (let call = 0; call < 20_000; call += 1) createVoiceActivityDetector().close();
    assert.equal(detect(join(silence(400), voice(400), silence(400))).length, 2);
  });

  it('refuses frames of another length, impossible options and a closed detector', () => {
    const detector = createVoiceActivityDetector();
    assert.throws(() => detector.process(new Uint8Array(80)), RangeError);
    detector.close();
    detector.close();
    assert.throws(() => detector.process(silence(20)), /closed/);
    assert.throws(() => createVoiceActivityDetector({ startVoicedFrames: 6 }), RangeError);
    assert.throws(() => createVoiceActivityDetector({ endSilenceMs: 0 }), RangeError);
    assert.throws(() => createVoiceActivityDetector({ mode: 4 as 3 }), RangeError);
  });
});
