import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { encodeMulaw } from '../../media-sidecar/src/audio/mulaw.ts';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import { OpenAiRealtime } from '../../media-sidecar/src/realtime/openai/openai-realtime.ts';
import { RecordingListener } from '../../media-sidecar/src/realtime/testing/recording-listener.ts';
import { apiKey, settings, startOpenAiCloud, type Faults } from './openai-cloud.ts';

const CALLER_VOICE = 'es-419+f2';

const cloud = await startOpenAiCloud();
const { endOf, fail, open, simulator } = cloud;

describe('OpenAI Realtime on the wire', { timeout: 120_000 }, () => {
  after(() => cloud.close());
  afterEach(() => cloud.closeSessions());
  beforeEach(() => cloud.reset());

  const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);

  const framesOf = async (text: string): Promise<Uint8Array[]> => {
    const { pcm8k } = await simulator.voices.speak({ text, voice: CALLER_VOICE });
    const audio = Buffer.concat([silence(400), encodeMulaw(pcm8k), silence(900)]);
    return Array.from({ length: Math.ceil(audio.length / 160) }, (_, index) =>
      audio.subarray(index * 160, (index + 1) * 160),
    );
  };

  it('hears what was said before it was connected, and answers aloud', async () => {
    const frames = await framesOf('¿Cuál es el horario?');
    fail({ connectDelayMs: 200 });
    const { session, told } = open();
    for (const frame of frames) session.append(frame);
    assert.deepEqual(told.names, []);
    await told.next('onResponseDone');
    const words = told.of('onCallerWords').at(-1);
    assert.deepEqual([words?.text, words?.final], ['¿Cuál es el horario?', true]);
    const [done] = told.of('onResponseDone');
    assert.equal(done?.status, 'completed');
    assert.ok(done.usage && done.usage.audioInput > 0 && done.usage.audioOutput > 0);
    const said = told.of('onAgentWords').map(({ delta }) => delta);
    assert.match(said.join(''), /lunes a viernes/);
    assert.ok(told.of('onAudio').reduce((sum, { mulaw }) => sum + mulaw.length, 0) > 8000);
    assert.deepEqual(told.of('onError'), []);
    const order = ['onReady', 'onSpeechStarted', 'onSpeechStopped', 'onCallerTurn', 'onAudio'];
    const places = order.map((name) => told.events.findIndex((event) => event.name === name));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.equal(told.of('onTranscriptionUsage').length, 1);
    assert.ok(told.of('onRateLimits').length > 0);
  });

  it('takes a conversation over, calls a tool, and answers its result', async () => {
    simulator.openai.realtime.script([
      { reply: { calls: [{ name: 'buscar', arguments: 'no JSON' }] } },
      { reply: 'Encontré dos autos.' },
    ]);
    const { session, told } = open({ changes: { answers: 'when-asked' } });
    session.add([
      { role: 'system', text: 'La llamada sigue.' },
      { role: 'caller', text: 'Hola' },
      { role: 'agent', text: 'Buenas tardes' },
      { role: 'tool', callId: `${'x'.repeat(60)}:1`, name: 'buscar', arguments: '{}', result: '1' },
      { role: 'caller', text: '¿Qué autos hay?' },
    ]);
    session.respond({ tag: 'restored' });
    const call = await told.next('onToolCall');
    assert.deepEqual([call.name, call.arguments], ['buscar', 'no JSON']);
    session.toolResult(call.callId, '{"autos":2}');
    session.respond({ instructions: 'Sé breve.', mayUseTools: false });
    await told.next('onResponseDone', 2);
    assert.match(
      told
        .of('onAgentWords')
        .map(({ delta }) => delta)
        .join(''),
      /dos autos/,
    );
    assert.equal(told.of('onResponseStarted')[0]?.tag, 'restored');
    session.update({ instructions: 'Otra cosa.', answers: 'by-itself', tools: [] });
    session.respond({ outOfBand: true, instructions: 'Di «Un momento».' });
    await told.next('onResponseDone', 3);
    assert.deepEqual(told.of('onError'), []);
  });

  it('is cancelled and cut where it was heard, without an error', async () => {
    simulator.openai.realtime.script([
      { reply: 'Con mucho gusto le cuento todo lo que quiera saber de nosotros y de los autos.' },
      { reply: 'Dígame.' },
    ]);
    fail({ deltaIntervalMs: 40, deltaMs: 200, lateAudio: true });
    const { session, told } = open();
    session.respond();
    const { itemId } = await told.next('onAudio', 2);
    session.cancel();
    const heardBytes = told.of('onAudio').reduce((sum, { mulaw }) => sum + mulaw.length, 0);
    session.truncate(itemId, heardBytes / 8 - 50);
    session.truncate(itemId, 1_000_000);
    session.respond();
    await told.next('onResponseDone', 2);
    const [first, second] = told.of('onResponseDone');
    assert.deepEqual(
      [first?.status, first?.reason, second?.status],
      ['cancelled', 'client_cancelled', 'completed'],
    );
    const ofFirst = told.of('onAudio').filter((audio) => audio.itemId === itemId);
    assert.equal(
      ofFirst.reduce((sum, { mulaw }) => sum + mulaw.length, 0),
      heardBytes,
    );
    assert.deepEqual(told.of('onError'), []);
  });

  it('survives events that are broken, unknown, doubled or in another order', async () => {
    const audioOf = async (faults: Faults) => {
      simulator.openai.realtime.script([{ reply: 'Sí, tenemos dos autos disponibles hoy.' }]);
      fail({ malformedEvery: 0, unknownEvery: 0, duplicateEvery: 0, swapEvery: 0, ...faults });
      const { session, told } = open();
      session.respond();
      await told.next('onAudioDone');
      // An event that comes after the one behind it comes when there is one.
      session.update({ instructions: 'Otra cosa.' });
      await told.next('onResponseDone');
      assert.equal(told.of('onResponseDone').length, 1);
      assert.equal(told.of('onAudioDone').length, 1);
      return Buffer.concat(told.of('onAudio').map(({ mulaw }) => mulaw)).toString('base64');
    };
    const sound = await audioOf({});
    assert.equal(await audioOf({ malformedEvery: 2 }), sound);
    assert.equal(await audioOf({ unknownEvery: 2 }), sound);
    assert.equal(await audioOf({ duplicateEvery: 1 }), sound);
    assert.equal(await audioOf({ swapEvery: 5, duplicateEvery: 3 }), sound);
  });

  it('tells why it was refused', async () => {
    for (const [status, expected] of [
      [401, ['unauthenticated', false]],
      [403, ['permission-denied', false]],
      [404, ['not-found', false]],
      [429, ['rate-limited', true]],
      [500, ['unavailable', true]],
      [503, ['unavailable', true]],
    ] as const) {
      fail({ failNext: { status, count: 1, retryAfterMs: 2000 } });
      assert.deepEqual(await endOf({}), expected, String(status));
    }
    assert.deepEqual(await endOf({ key: 'sk-not-the-key-at-all-0001' }), [
      'unauthenticated',
      false,
    ]);
    const retired = { changes: { model: 'gpt-4o-realtime-preview' } };
    assert.deepEqual(await endOf(retired), ['invalid-request', false]);
    assert.deepEqual(await endOf({ changes: { speed: 9 } }), ['invalid-request', false]);
    assert.deepEqual(await endOf({ key: 'no\nheader' }), ['invalid-request', false]);
    assert.deepEqual(await endOf({ callId: 'rtc_unknown' }), ['not-found', false]);
  });

  it('tells when nobody is there, or answers in time', async () => {
    fail({ connectDelayMs: 2000 });
    assert.deepEqual(await endOf({ options: { connectTimeoutMs: 100 } }), ['timeout', true]);
    const nowhere = new OpenAiRealtime(
      { apiKey, baseUrl: 'https://127.0.0.1:1/v1' },
      { clock: systemClock },
    );
    const told = new RecordingListener();
    nowhere.open(settings, told.listener);
    assert.equal((await told.next('onClosed')).code, 'unavailable');
  });

  it('tells of its time limit', async () => {
    fail({ sessionLimitMs: 50 });
    assert.deepEqual(await endOf({}), ['stream-limit', true]);
  });

  for (const phase of ['connected', 'idle', 'thinking', 'first-audio', 'mid-audio'] as const) {
    it(`tells that its socket died: ${phase}`, async () => {
      simulator.openai.realtime.script([
        { reply: 'Con mucho gusto le cuento todo lo que quiera saber.' },
      ]);
      fail({ killNext: { phase, count: 1 } });
      const { session, told } = open();
      session.respond();
      const { code, retryable } = await told.next('onClosed');
      assert.deepEqual([code, retryable], ['unavailable', true]);
      assert.equal(told.names.at(-1), 'onClosed');
      assert.deepEqual(told.of('onResponseDone'), []);
      assert.equal(told.names.includes('onReady'), phase !== 'connected');
    });
  }

  it('finds out that a socket is frozen', async () => {
    fail({ killNext: { phase: 'idle', how: 'freeze', count: 1 } });
    assert.deepEqual(await endOf({ options: { pingIntervalMs: 100, pongTimeoutMs: 100 } }), [
      'timeout',
      true,
    ]);
  });

  it('lives through quiet times', async () => {
    const { session, told } = open({ options: { pingIntervalMs: 60, pongTimeoutMs: 50 } });
    await told.next('onReady');
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.deepEqual(told.of('onClosed'), []);
    session.respond();
    await told.next('onResponseDone');
  });

  it('may be closed before it is open', async () => {
    const { session, told } = open();
    session.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(told.names, []);
  });
});
