import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError, type ProviderErrorCode } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noMetrics } from '../../kernel/metrics.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeSpeechToText } from '../../stt/testing/fake-speech-to-text.ts';
import { FakeListenLeg } from '../../telephony/testing/fake-listen-leg.ts';
import type { VoiceActivity } from '../voice-activity.ts';
import { defaultTranscriptionOptions } from './options.ts';
import type {
  ClaimedTranscription,
  Track,
  TranscriptionEnding,
  TranscriptionGap,
  UtteranceRecord,
} from './ports.ts';
import { TranscriptionRegistry } from './registry.ts';

const LOUD = 0x00;
const QUIET = 0xff;
const FRAME_MS = 20;

const ids = { transcriptionId: 'transcription-1', tenantId: 'tenant-1' };

/** Hears a loud frame as speech. */
class FakeVoiceActivity implements VoiceActivity {
  static open = 0;
  #atMs = 0;
  #speaking = false;

  constructor() {
    FakeVoiceActivity.open += 1;
  }

  process(frame: Uint8Array) {
    const isLoud = frame[0] === LOUD;
    const atMs = this.#atMs;
    this.#atMs += FRAME_MS;
    if (isLoud === this.#speaking) return undefined;
    this.#speaking = isLoud;
    return { type: isLoud ? ('speech-started' as const) : ('speech-ended' as const), atMs };
  }

  close(): void {
    FakeVoiceActivity.open -= 1;
  }
}

function setUp(tracks: readonly Track[] = ['inbound', 'outbound']) {
  FakeVoiceActivity.open = 0;
  const clock = new VirtualClock();
  const stt = new FakeSpeechToText(clock);
  const leg = new FakeListenLeg(tracks);
  const told: string[] = [];
  const utterances: UtteranceRecord[] = [];
  const endings: TranscriptionEnding[] = [];
  const registry = new TranscriptionRegistry({
    clock,
    metrics: noMetrics,
    logger: silentLogger,
    stt,
    options: defaultTranscriptionOptions,
    voiceActivity: () => new FakeVoiceActivity(),
    recorder: {
      started: () => told.push('started'),
      utterance: (utterance) => {
        told.push(utterance.text);
        utterances.push(utterance);
      },
      ended: (ending) => {
        told.push(ending.reason);
        endings.push(ending);
      },
    },
  });
  const claimed: ClaimedTranscription = {
    ...ids,
    callSid: leg.callSid,
    language: 'es-CL',
    tracks,
    phrases: ['Automotora Andes'],
  };
  const transcription = registry.start(leg, claimed);
  let atMs = 0;
  /** Audio of a track while time passes. */
  const hear = async (track: Track, durationMs: number, level = LOUD) => {
    for (let left = durationMs; left > 0; left -= FRAME_MS) {
      leg.listener.onAudio(track, new Uint8Array(160).fill(level), atMs);
      atMs += FRAME_MS;
      await clock.advanceAsync(FRAME_MS);
    }
  };
  /** Time passes without audio. */
  const pause = async (durationMs: number) => {
    atMs += durationMs;
    await clock.advanceAsync(durationMs);
  };
  const [inbound, outbound] = stt.streams;
  return {
    clock,
    stt,
    leg,
    told,
    utterances,
    endings,
    registry,
    transcription,
    hear,
    pause,
    inbound: inbound ?? assert.fail('nothing was opened'),
    outbound,
  };
}

const failure = (code: ProviderErrorCode, retryable: boolean) =>
  new ProviderError('stt', code, code, { retryable });

const gapsOf = (endings: readonly TranscriptionEnding[]): readonly TranscriptionGap[] =>
  endings[0]?.gaps ?? assert.fail('it has not ended');

describe('a live transcription', () => {
  it('gives each track a recognition of its own', async () => {
    const { hear, stt, inbound, outbound } = setUp();
    assert.equal(stt.streams.length, 2);
    assert.deepEqual(inbound.options, {
      languageCode: 'es-CL',
      phrases: [{ value: 'Automotora Andes' }],
    });
    await hear('inbound', 100);
    await hear('outbound', 60);
    assert.deepEqual([inbound.frames.length, outbound?.frames.length], [5, 3]);
  });

  it('opens one recognition for one track', () => {
    assert.equal(setUp(['outbound']).stt.streams.length, 1);
  });

  it('tells utterances in the order in which they become final, with their times', async () => {
    const { hear, inbound, outbound, utterances, told } = setUp();
    await hear('inbound', 400, QUIET);
    await hear('inbound', 600);
    inbound.final('¿Aló?', { endMs: 980, confidence: 0.9 });
    await hear('outbound', 500);
    outbound?.final('Buenas tardes.', { endMs: 480, languageCode: 'es-us' });
    assert.deepEqual(utterances, [
      {
        ...ids,
        index: 0,
        track: 'inbound',
        text: '¿Aló?',
        confidence: 0.9,
        startMs: 400,
        endMs: 980,
        languageCode: 'es-CL',
        gaps: [],
      },
      {
        ...ids,
        index: 1,
        track: 'outbound',
        text: 'Buenas tardes.',
        startMs: 1000,
        endMs: 1480,
        languageCode: 'es-us',
        gaps: [],
      },
    ]);
    assert.deepEqual(told, ['started', '¿Aló?', 'Buenas tardes.']);
  });

  it('lets what is spoken without a pause begin where the words before it end', async () => {
    const { hear, inbound, utterances } = setUp(['inbound']);
    await hear('inbound', 2000);
    inbound.final('Quisiera', { endMs: 900 });
    inbound.final('un auto', { endMs: 1800 });
    assert.deepEqual(
      utterances.map(({ startMs, endMs }) => [startMs, endMs]),
      [
        [0, 900],
        [900, 1800],
      ],
    );
  });

  it('fills a pause of a track with some silence, so that recognition hears the end', async () => {
    const { hear, pause, inbound, utterances } = setUp(['inbound']);
    await hear('inbound', 400);
    await pause(60_000);
    const silent = inbound.frames.slice(20);
    assert.equal(silent.length * FRAME_MS, 3000);
    assert.ok(silent.every((frame) => frame[0] === QUIET));
    await hear('inbound', 400);
    inbound.final('Sí.', { endMs: 3700 });
    assert.deepEqual([utterances[0]?.startMs, utterances[0]?.endMs], [60_400, 60_700]);
  });

  it('ends with the stream, after the last words', async () => {
    const { clock, hear, leg, inbound, told, endings, transcription, registry } = setUp([
      'inbound',
    ]);
    await hear('inbound', 400);
    inbound.onFinish = () => inbound.final('Adiós.', { endMs: 380 });
    leg.listener.onEnded('stream-stopped');
    await transcription.ended;
    assert.ok(inbound.closed);
    assert.deepEqual(told, ['started', 'Adiós.', 'stream-stopped']);
    assert.deepEqual(endings[0]?.endedAtMs, clock.nowMs());
    assert.deepEqual([registry.size, FakeVoiceActivity.open], [0, 0]);
  });

  it('does not wait for last words that never come', async () => {
    const { clock, leg, inbound, told, transcription } = setUp(['inbound']);
    inbound.onFinish = () => new Promise(() => undefined);
    leg.listener.onEnded('connection-lost');
    await clock.advanceAsync(defaultTranscriptionOptions.lastWordsMs);
    await transcription.ended;
    assert.deepEqual(told, ['started', 'connection-lost']);
  });

  it('can be stopped: the stream is closed, and the call goes on', async () => {
    const { leg, told, registry, transcription } = setUp();
    assert.equal(registry.stop('another'), false);
    assert.equal(registry.stop(ids.transcriptionId), true);
    assert.equal(leg.closed, 'closed');
    leg.listener.onEnded('closed-by-us');
    await transcription.ended;
    assert.deepEqual(told, ['started', 'stopped']);
  });

  it('goes on with another recognition when one gives up, from its last words', async () => {
    const { hear, stt, inbound, utterances, leg, transcription, endings } = setUp(['inbound']);
    await hear('inbound', 1000);
    inbound.final('Uno.', { endMs: 600 });
    inbound.fail(failure('unavailable', true));
    await hear('inbound', 1000);
    const [, second] = stt.streams;
    assert.equal(second?.frames.length, 70, '400 ms from before, and the second that it was away');
    second.final('Dos.', { endMs: 1200 });
    assert.deepEqual([utterances[1]?.startMs, utterances[1]?.endMs], [600, 1800]);
    inbound.final('Un eco.', { endMs: 900 });
    assert.equal(utterances.length, 2);
    leg.listener.onEnded('stream-stopped');
    await transcription.ended;
    assert.deepEqual(gapsOf(endings), []);
  });

  it('waits longer each time, and tells what could not be recovered', async () => {
    const { clock, hear, stt, leg, transcription, endings } = setUp(['inbound']);
    const openedMs: number[] = [];
    const startMs = clock.monotonicMs();
    for (let i = 0; i < 5; i += 1) {
      stt.stream.fail(failure('unavailable', true));
      const before = stt.streams.length;
      while (stt.streams.length === before) await hear('inbound', 20);
      openedMs.push(clock.monotonicMs() - startMs);
    }
    assert.deepEqual(openedMs, [1000, 3000, 7000, 15_000, 30_000]);
    stt.stream.fail(failure('unavailable', true));
    await hear('inbound', 15_000);
    leg.listener.onEnded('stream-stopped');
    await transcription.ended;
    assert.deepEqual(gapsOf(endings), [
      { track: 'inbound', startMs: 0, endMs: 15_000, reason: 'recognition' },
    ]);
  });

  it('fails when recognition stays away', async () => {
    const { hear, stt, leg, told, transcription, endings } = setUp(['inbound']);
    while (endings.length === 0) {
      if (!stt.stream.closed) stt.stream.fail(failure('unavailable', true));
      await hear('inbound', 100);
      assert.ok(told.length < 3);
    }
    await transcription.ended;
    assert.equal(leg.closed, 'closed');
    assert.equal(endings[0]?.reason, 'recognition-failed');
    assert.deepEqual(endings[0]?.error, { code: 'unavailable', message: 'unavailable' });
    assert.equal(endings[0]?.gaps.at(-1)?.reason, 'recognition');
  });

  it('fails at once when recognition can never work, and keeps what was said', async () => {
    const { hear, inbound, outbound, told, transcription, endings } = setUp();
    await hear('inbound', 400);
    inbound.final('Hola.', { endMs: 300 });
    outbound?.fail(failure('permission-denied', false));
    await transcription.ended;
    assert.deepEqual(told, ['started', 'Hola.', 'recognition-failed']);
    assert.deepEqual(endings[0]?.error?.code, 'permission-denied');
  });

  it('an hour of silence between two failures is no outage', async () => {
    const { hear, pause, stt, endings } = setUp(['inbound']);
    stt.stream.fail(failure('unavailable', true));
    await hear('inbound', 1000);
    await pause(3_600_000);
    stt.stream.fail(failure('unavailable', true));
    await hear('inbound', 1000);
    assert.deepEqual([stt.streams.length, endings], [3, []]);
  });

  it('tells of audio that did not arrive', async () => {
    const { leg, hear, inbound, utterances } = setUp(['inbound']);
    leg.listener.onGap('inbound', 1000, 4000);
    leg.listener.onGap('outbound', 1000, 4000);
    await hear('inbound', 400);
    inbound.final('Hola.', { endMs: 300 });
    assert.deepEqual(utterances[0]?.gaps, [
      { track: 'inbound', startMs: 1000, endMs: 4000, reason: 'audio' },
    ]);
  });

  it('is drained: those that still live are ended', async () => {
    const { clock, registry, told } = setUp();
    const drained = registry.drain(60_000);
    await clock.advanceAsync(59_000);
    assert.deepEqual(told, ['started']);
    await clock.advanceAsync(1000);
    await drained;
    assert.deepEqual(told, ['started', 'drained']);
  });
});
