import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { settle, VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { RealtimeSettings } from './contract.ts';
import { ResilientRealtimeModel } from './resilient.ts';
import { FakeRealtimeModel, type FakeRealtimeSession } from './testing/fake-realtime-model.ts';
import { RecordingListener } from './testing/recording-listener.ts';

const settings: RealtimeSettings = {
  model: 'gpt-realtime-2.1',
  instructions: '',
  voice: 'marin',
  languageCode: 'es-CL',
  tools: [],
  turnDetection: { type: 'semantic_vad' },
  transcriptionModel: 'gpt-4o-mini-transcribe',
  answers: 'by-itself',
};

const error = (retryable: boolean, code: 'unavailable' | 'stream-limit' = 'unavailable') =>
  new ProviderError('p', code, 'failed', { retryable });

type Opened = ReturnType<ReturnType<typeof start>['open']>;

/** The breaker measures with the wall clock, so that is moved, too. */
function start(context: TestContext) {
  context.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const clock = new VirtualClock();
  const inner = new FakeRealtimeModel(clock, { readyAfterMs: null });
  const model = new ResilientRealtimeModel(inner, clock, {
    breakAfterFailures: 3,
    halfOpenAfterMs: 1000,
    silentAfterMs: 3000,
  });
  const open = (changes: Partial<RealtimeSettings> = {}) => {
    const told = new RecordingListener();
    const session = model.open({ ...settings, ...changes }, told.listener);
    return { session, told, inner: inner.sessions.at(-1) };
  };
  const control = () => model.control('rtc_1', settings, new RecordingListener().listener);
  const openAndFail = async (failure = error(true)) => {
    const opened = open();
    inner.session.dies(failure);
    await settle();
    return opened;
  };
  /** Nothing is heard of it until it is closed by us. */
  const openAndClose = async (afterMs: number) => {
    const { session } = open();
    clock.advance(afterMs);
    session.close();
    await settle();
  };
  return {
    clock,
    inner,
    model,
    control,
    open,
    openAndFail,
    openAndClose,
    pass: (ms: number) => context.mock.timers.tick(ms),
  };
}

describe('a realtime model that is guarded', () => {
  it('is not asked any more after failures to become ready, and says so in a tick of its own', async (t) => {
    const { clock, inner, model, open, openAndFail } = start(t);
    for (let i = 0; i < 3; i++) await openAndFail();
    assert.ok(model.isOpen);
    const { told, session } = open();
    session.append(new Uint8Array(160));
    assert.equal(inner.sessions.length, 3);
    assert.deepEqual(told.names, []);
    clock.advance(0);
    const [refusal] = told.of('onClosed');
    assert.deepEqual([refusal?.code, refusal?.retryable], ['unavailable', false]);
  });

  it('tells nothing of a refused session that was closed at once', async (t) => {
    const { clock, open, openAndFail } = start(t);
    for (let i = 0; i < 3; i++) await openAndFail();
    const { told, session } = open();
    session.close();
    clock.advance(0);
    assert.deepEqual(told.names, []);
  });

  it('counts deaths before any answer, too', async (t) => {
    const { inner, model, open } = start(t);
    for (let i = 0; i < 3; i++) {
      open();
      inner.session.ready();
      await settle();
      inner.session.dies();
      await settle();
    }
    assert.ok(model.isOpen);
  });

  it('takes no offence at sessions that die while their last words are told', async (t) => {
    const { inner, model, open } = start(t);
    for (let i = 0; i < 3; i++) {
      const { session } = open();
      inner.session.ready();
      await settle();
      inner.session.finishes = 'later';
      void session.finish();
      inner.session.dies();
      await settle();
    }
    assert.equal(model.isOpen, false);
  });

  it('forgets failures once it has answered, and takes no offence at a death after that', async (t) => {
    const { inner, model, open, openAndFail } = start(t);
    await openAndFail();
    await openAndFail();
    open();
    inner.session.ready();
    await settle();
    inner.session.sounds(inner.session.begins(), 'item_1', 100);
    inner.session.dies();
    await settle();
    await openAndFail();
    await openAndFail();
    assert.equal(model.isOpen, false);
    await openAndFail();
    assert.ok(model.isOpen);
  });

  for (const [what, answer] of [
    ['a tool call', (session: FakeRealtimeSession) => session.asksFor({ name: 'a' })],
    [
      'speech over SIP',
      ({ listener }: FakeRealtimeSession) =>
        listener.onPlayback({ state: 'started', responseId: 'r' }),
    ],
  ] as const) {
    it(`takes ${what} for an answer`, async (t) => {
      const { inner, model, open, openAndFail } = start(t);
      await openAndFail();
      await openAndFail();
      open();
      inner.session.ready();
      answer(inner.session);
      inner.session.dies();
      await settle();
      await openAndFail();
      assert.equal(model.isOpen, false);
    });
  }

  it('does not take a response that fails for an answer', async (t) => {
    const { inner, model, open, openAndFail } = start(t);
    await openAndFail();
    await openAndFail();
    open();
    inner.session.ready();
    inner.session.begins();
    inner.session.ends({ status: 'failed', reason: 'insufficient_quota' });
    inner.session.dies();
    await settle();
    assert.ok(model.isOpen);
  });

  for (const [what, ask] of [
    ['by us', ({ session }: Opened) => session.respond()],
    ['by a caller', ({ inner }: Opened) => inner?.listener.onCallerTurn({ itemId: 'item_1' })],
  ] as const) {
    it(`is not asked any more when it is ready, asked ${what}, and given up as it is mute`, async (t) => {
      const { clock, inner, model, open } = start(t);
      for (let i = 0; i < 3; i++) {
        assert.equal(model.isOpen, false);
        const opened = open();
        inner.session.ready();
        await settle();
        clock.advance(60_000);
        ask(opened);
        clock.advance(7000);
        opened.session.close();
        opened.session.close();
        await settle();
      }
      assert.ok(model.isOpen);
    });
  }

  for (const [what, answers, change] of [
    ['answers only when it is asked', 'when-asked', undefined],
    ['was told to answer only when it is asked', 'by-itself', 'when-asked'],
  ] as const) {
    it(`is not to blame for a caller's turn where it ${what}`, async (t) => {
      const { clock, inner, model, open } = start(t);
      for (let i = 0; i < 5; i++) {
        const { session } = open({ answers });
        inner.session.ready();
        if (change) session.update({ answers: change });
        inner.session.listener.onCallerTurn({ itemId: 'item_1' });
        await settle();
        clock.advance(60_000);
        session.close();
        await settle();
      }
      assert.equal(model.isOpen, false);
    });
  }

  it('is to blame for one from when it was told to answer by itself', async (t) => {
    const { clock, inner, model, open } = start(t);
    for (let i = 0; i < 3; i++) {
      const { session } = open({ answers: 'when-asked' });
      inner.session.ready();
      session.update({ answers: 'by-itself' });
      session.update({ instructions: 'Eres Ana.' });
      inner.session.listener.onCallerTurn({ itemId: 'item_1' });
      await settle();
      clock.advance(7000);
      session.close();
      await settle();
    }
    assert.ok(model.isOpen);
  });

  it('is not to blame when it was asked nothing, not given the time, or has answered', async (t) => {
    const { clock, inner, model, open } = start(t);
    const uses: readonly ((opened: Opened) => void)[] = [
      () => {
        inner.session.ready();
        clock.advance(60_000);
      },
      ({ session }) => {
        inner.session.ready();
        clock.advance(60_000);
        session.respond();
        clock.advance(6999);
      },
      ({ session }) => {
        session.respond();
        clock.advance(2000);
        inner.session.ready();
        clock.advance(6999);
      },
      ({ session }) => {
        inner.session.ready();
        session.respond();
        inner.session.speaks('item_1', 'Hola', 100);
        session.respond();
        clock.advance(60_000);
      },
    ];
    for (const use of uses) {
      for (let i = 0; i < 5; i++) {
        const opened = open();
        use(opened);
        await settle();
        opened.session.close();
        await settle();
      }
    }
    assert.equal(model.isOpen, false);
  });

  it('is not asked any more when it says nothing and is given up', async (t) => {
    const { model, openAndClose } = start(t);
    await openAndClose(3000);
    await openAndClose(4000);
    assert.equal(model.isOpen, false);
    await openAndClose(4000);
    assert.ok(model.isOpen);
  });

  it('is not to blame for callers who hang up before it can be ready', async (t) => {
    const { inner, model, open, openAndClose } = start(t);
    for (let i = 0; i < 5; i++) await openAndClose(2999);
    for (let i = 0; i < 5; i++) {
      const { session } = open();
      inner.session.ready();
      await settle();
      session.close();
      await settle();
    }
    assert.equal(model.isOpen, false);
  });

  it('is not to blame for calls over SIP that it knows no more, however late it says so', async (t) => {
    const { clock, control, inner, model } = start(t);
    const unknown = new ProviderError('p', 'not-found', 'no such call', { retryable: false });
    for (let i = 0; i < 5; i++) {
      control();
      clock.advance(5500);
      inner.session.dies(unknown);
      await settle();
    }
    assert.equal(model.isOpen, false);
  });

  it('is given longer for the control of a call, as it says late that it knows it no more', async (t) => {
    const { clock, control, model } = start(t);
    const controlAndClose = async (afterMs: number) => {
      const session = control();
      clock.advance(afterMs);
      session.close();
      await settle();
    };
    for (let i = 0; i < 5; i++) await controlAndClose(5999);
    assert.equal(model.isOpen, false);
    for (let i = 0; i < 3; i++) await controlAndClose(6000);
    assert.ok(model.isOpen);
  });

  it('is left alone again when the trial is given up, or broken off', async (t) => {
    const { model, openAndClose, openAndFail, pass } = start(t);
    for (let i = 0; i < 3; i++) await openAndFail();
    for (const afterMs of [4000, 100]) {
      pass(1000);
      assert.equal(model.isOpen, false);
      await openAndClose(afterMs);
      assert.ok(model.isOpen, `after ${afterMs} ms`);
    }
  });

  it('is not to blame for bad requests, nor for its time limit', async (t) => {
    const { model, openAndFail } = start(t);
    for (let i = 0; i < 5; i++) await openAndFail(error(false));
    for (let i = 0; i < 5; i++) await openAndFail(error(true, 'stream-limit'));
    assert.equal(model.isOpen, false);
  });

  it('is tried by one session after a while, and by all when that one became ready', async (t) => {
    const { inner, model, open, openAndFail, pass } = start(t);
    for (let i = 0; i < 3; i++) await openAndFail();
    pass(999);
    assert.ok(model.isOpen);
    pass(1);
    assert.equal(model.isOpen, false);
    const trial = open();
    assert.equal(inner.sessions.length, 4);
    open();
    assert.equal(inner.sessions.length, 4, 'the others do not wait for the trial');
    trial.inner?.ready();
    await settle();
    assert.equal(model.isOpen, false);
    open();
    assert.equal(inner.sessions.length, 5);
  });

  it('is left alone again when the trial fails, also without an answer', async (t) => {
    const { inner, model, open, openAndFail, pass } = start(t);
    for (let i = 0; i < 3; i++) await openAndFail();
    pass(1000);
    await openAndFail();
    assert.ok(model.isOpen);
    pass(1000);
    open();
    inner.session.ready();
    await settle();
    assert.equal(model.isOpen, false);
    inner.session.dies();
    await settle();
    assert.ok(model.isOpen);
  });

  it('hands everything on, both ways', async (t) => {
    const { inner, open } = start(t);
    const { session, told } = open();
    inner.session.ready();
    inner.session.hears('item_1', 'hola');
    inner.session.speaks('item_2', 'buenas', 100);
    inner.session.asksFor({ name: 'a' });
    const { listener } = inner.session;
    listener.onCallerWordsLost('item_3');
    listener.onTranscriptionUsage({ type: 'duration', seconds: 1 });
    listener.onRateLimits([]);
    listener.onKey('1');
    listener.onPlayback({ state: 'started', responseId: 'r' });
    listener.onTruncated({ itemId: 'item_2', audioEndMs: 1 });
    listener.onError(error(false));
    inner.session.dies();
    await settle();
    assert.equal(new Set(told.names).size, 19, told.names.join());
    const other = open().session;
    other.append(new Uint8Array(160));
    other.add([]);
    other.respond();
    other.truncate('item_1', 1);
    other.toolResult('call_1', '{}');
    other.update({});
    other.cancel();
    assert.equal(other.finish(), undefined);
    other.close();
    session.close();
    assert.equal(inner.session.frames.length, 1);
    assert.deepEqual(
      inner.session.calls.map((call) => call.do),
      ['add', 'respond', 'truncate', 'tool-result', 'update', 'cancel', 'finish', 'close'],
    );
  });
});
