import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { RealtimeSettings } from '../contract.ts';
import { FakeRealtimeModel, type FakeRealtimeModelOptions } from './fake-realtime-model.ts';
import { RecordingListener } from './recording-listener.ts';

const settings: RealtimeSettings = {
  model: 'gpt-realtime-2.1',
  instructions: 'Be brief.',
  voice: 'marin',
  languageCode: 'es-CL',
  tools: [],
  turnDetection: { type: 'semantic_vad' },
  transcriptionModel: 'gpt-4o-mini-transcribe',
  answers: 'by-itself',
};

function start(options: FakeRealtimeModelOptions = {}) {
  const clock = new VirtualClock();
  const model = new FakeRealtimeModel(clock, options);
  const told = new RecordingListener();
  return { clock, model, told };
}

describe('the fake realtime model', () => {
  it('becomes ready in time, and not in the tick of its opening', () => {
    const { clock, model, told } = start({ readyAfterMs: 40 });
    model.open(settings, told.listener);
    clock.advance(39);
    assert.deepEqual(told.names, []);
    clock.advance(1);
    assert.deepEqual(told.names, ['onReady']);
  });

  it('fails in place of becoming ready where a test wants it, or while it is open', () => {
    const { clock, model, told } = start();
    model.failNext();
    model.open(settings, told.listener);
    clock.advance(1000);
    model.isOpen = true;
    model.open(settings, told.listener);
    assert.deepEqual(told.names, ['onClosed']);
    clock.advance(0);
    assert.deepEqual(
      told.of('onClosed').map(({ retryable }) => retryable),
      [true, false],
    );
  });

  it('speaks words and audio of one response, all of them', () => {
    const { clock, model, told } = start();
    const session = model.open(settings, told.listener);
    clock.advance(100);
    session.speaks('item_1', 'Hola, ¿en qué le puedo ayudar?', 900, { deltaMs: 200 });
    const words = told.of('onAgentWords').map(({ delta }) => delta);
    assert.equal(words.join(''), 'Hola, ¿en qué le puedo ayudar?');
    const bytes = told.of('onAudio').reduce((sum, { mulaw }) => sum + mulaw.length, 0);
    assert.equal(bytes, 900 * 8);
    assert.deepEqual(told.names.slice(0, 2), ['onReady', 'onResponseStarted']);
    assert.deepEqual(told.names.slice(-2), ['onAudioDone', 'onResponseDone']);
  });

  it('stops speaking when it is cancelled', () => {
    const { clock, model, told } = start();
    const session = model.open(settings, told.listener);
    session.speaks('item_1', 'uno dos tres', 1000, { deltaMs: 100, everyMs: 100 });
    clock.advance(250);
    session.cancel();
    clock.advance(5000);
    assert.equal(told.of('onAudio').length, 3);
    assert.deepEqual(
      told.of('onResponseDone').map(({ status }) => status),
      ['cancelled'],
    );
  });

  it('records what it is asked, in order and with its place in the audio', () => {
    const { model, told } = start();
    const session = model.open(settings, told.listener);
    session.append(new Uint8Array(160));
    session.truncate('item_1', 120);
    session.respond({ tag: 'greeting' });
    session.close();
    session.respond();
    assert.deepEqual(
      session.calls.map((call) => [call.do, call.framesBefore]),
      [
        ['truncate', 1],
        ['respond', 1],
        ['close', 1],
      ],
    );
    assert.deepEqual(session.asked('respond')[0]?.request, { tag: 'greeting' });
  });
});
