import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProviderError } from '../../kernel/errors.ts';
import { defaultOpenAiRealtimeOptions } from './options.ts';
import { appendRequest } from './requests.ts';
import { startReadyRig, startRig, type RigOptions } from './testing/fake-socket.ts';

const frame = (value: number) => new Uint8Array(160).fill(value);
const base64 = (value: number) => Buffer.from(frame(value)).toString('base64');

const summary = ({ code, retryable }: ProviderError) => [code, retryable];

describe('a session that is being opened', () => {
  it('asks for its model, with key, project and organization', () => {
    const { socket } = startRig();
    assert.equal(socket.target.url, 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1');
    assert.deepEqual(socket.target.headers, {
      authorization: 'Bearer sk-a-key-of-tests',
      'openai-project': 'proj_1',
      'openai-organization': 'org-1',
    });
  });

  it('asks for the call that it controls', () => {
    const { socket } = startRig({ callId: 'rtc_1' });
    assert.equal(socket.target.url, 'wss://api.openai.com/v1/realtime?call_id=rtc_1');
  });

  it('sends its settings first, then everything that waited, in order', () => {
    const { session, socket, told } = startRig();
    session.add([{ role: 'caller', text: 'Hola' }]);
    session.append(frame(1));
    session.respond();
    session.append(frame(2));
    socket.handlers.onOpen();
    assert.deepEqual(socket.types, ['session.update']);
    socket.tells('session.created', { session: {} });
    assert.deepEqual(told.names, []);
    socket.tells('session.updated', { session: {} });
    assert.deepEqual(told.names, ['onReady']);
    assert.deepEqual(socket.types.slice(1), [
      'conversation.item.create',
      'input_audio_buffer.append',
      'response.create',
      'input_audio_buffer.append',
    ]);
    session.append(frame(3));
    assert.deepEqual(
      socket.of('input_audio_buffer.append').map(({ audio }) => audio),
      [base64(1), base64(2), base64(3)],
    );
  });

  it('tells once that it is ready', () => {
    const { socket, told } = startReadyRig();
    socket.tells('session.updated', { session: {} });
    assert.deepEqual(told.names, []);
  });

  /** A long speech that was lost with its session, and what is said while the next one connects. */
  it('holds a minute of audio and what comes behind it', () => {
    const { session, socket, metrics } = startRig();
    for (let i = 0; i < 3000 + 175; i++) session.append(frame(i === 0 ? 7 : 9));
    socket.becomesReady();
    const appended = socket.of('input_audio_buffer.append');
    assert.deepEqual([appended.length, appended[0]?.['audio']], [3175, base64(7)]);
    assert.deepEqual(metrics.counts, {});
  });

  it('never holds so much that to send it looks like a socket that nobody reads', () => {
    const { maxBufferedBytes, maxHeldAudioMs } = defaultOpenAiRealtimeOptions;
    // A frame of WebSocket has at most 14 bytes before it.
    assert.ok((maxHeldAudioMs / 20) * (appendRequest(frame(1)).length + 14) < maxBufferedBytes);
  });

  it('holds 65 s of audio and gives the oldest up, nothing else', () => {
    const { session, socket, metrics } = startRig();
    session.add([{ role: 'system', text: 'first' }]);
    for (let i = 0; i < 3252; i++) session.append(frame(i === 2 ? 7 : 9));
    socket.becomesReady();
    const appended = socket.of('input_audio_buffer.append');
    assert.equal(appended.length, 3250);
    assert.equal(appended[0]?.['audio'], base64(7));
    assert.equal(socket.types[1], 'conversation.item.create');
    assert.equal(metrics.counts['realtime_frames_dropped'], 2);
  });

  it('fails when it is not ready in time, wherever it stands', () => {
    for (const stage of ['connecting', 'open', 'created'] as const) {
      const { clock, socket, told } = startRig();
      if (stage !== 'connecting') socket.handlers.onOpen();
      if (stage === 'created') socket.tells('session.created', { session: {} });
      clock.advance(3499);
      assert.deepEqual(told.names, []);
      clock.advance(1);
      assert.deepEqual(told.of('onClosed').map(summary), [['timeout', true]]);
      assert.ok(socket.terminated);
      assert.equal(clock.pendingTimers, 0);
    }
  });

  it('waits as the control of a call until OpenAI says that there is none, which takes 5.5 s', () => {
    const gone = startRig({ callId: 'rtc_1' });
    gone.clock.advance(5500);
    gone.socket.handlers.onRefused(404, undefined, '{"error":{"code":"call_id_not_found"}}');
    assert.deepEqual(gone.told.of('onClosed').map(summary), [['not-found', false]]);
    const silent = startRig({ callId: 'rtc_1' });
    silent.clock.advance(6999);
    assert.deepEqual(silent.told.names, []);
    silent.clock.advance(1);
    assert.deepEqual(silent.told.of('onClosed').map(summary), [['timeout', true]]);
  });

  for (const [status, body, retryAfter, expected] of [
    [401, { code: 'invalid_api_key' }, undefined, ['unauthenticated', false]],
    [403, {}, undefined, ['permission-denied', false]],
    [404, { code: 'call_id_not_found' }, undefined, ['not-found', false]],
    [404, { code: 'model_not_found' }, undefined, ['invalid-request', false]],
    [429, {}, '2', ['rate-limited', true]],
    [429, { code: 'insufficient_quota' }, '2', ['quota-exhausted', false]],
    [500, {}, undefined, ['unavailable', true]],
    [503, undefined, undefined, ['unavailable', true]],
  ] as const) {
    it(`is refused with ${status} ${JSON.stringify(body)}: ${expected[0]}`, () => {
      const { clock, socket, told } = startRig();
      const text = body === undefined ? '<html>' : JSON.stringify({ error: body });
      socket.handlers.onRefused(status, retryAfter, text);
      const [error] = told.of('onClosed');
      assert.ok(error);
      assert.deepEqual(summary(error), expected);
      assert.equal(error.retryAfterMs, expected[0] === 'rate-limited' ? 2000 : undefined);
      assert.equal(clock.pendingTimers, 0);
    });
  }

  it('ends with the error that is told before it is ready, and keeps the key to itself', () => {
    const { socket, told } = startRig();
    socket.handlers.onOpen();
    socket.refuses({
      code: 'invalid_api_key',
      message: 'Incorrect API key provided: sk-a-key-o***sts of +56911112222.',
    });
    const [error] = told.of('onClosed');
    assert.ok(error);
    assert.deepEqual(summary(error), ['unauthenticated', false]);
    assert.doesNotMatch(error.message, /sk-a|569/);
  });

  /** Answers to a control before this one, and to nobody, come to it as well. */
  it('does not end as the control of a call for what is told to others', () => {
    const { socket, told } = startRig({ callId: 'rtc_1' });
    socket.handlers.onOpen();
    socket.refuses({ code: 'conversation_already_has_active_response', event_id: 'ask_1' });
    socket.refuses({ code: 'invalid_value', event_id: 'session_1' });
    socket.refuses({ type: 'server_error', code: null, event_id: null });
    assert.deepEqual(told.of('onClosed'), []);
    socket.tells('session.updated', { session: {} });
    assert.equal(told.names.at(-1), 'onReady');
  });

  it('ends as the control of a call when its own settings are refused, or the call is over', () => {
    for (const [error, expected] of [
      [{ code: 'invalid_value' }, ['invalid-request', false]],
      [{ code: 'session_expired', event_id: null }, ['stream-limit', true]],
    ] as const) {
      const { socket, told } = startRig({ callId: 'rtc_1' });
      socket.handlers.onOpen();
      socket.refuses({ event_id: socket.sent[0]?.['event_id'], ...error });
      assert.deepEqual(told.of('onClosed').map(summary), [expected]);
    }
  });

  it('fails in a tick of its own when no request can be made at all', () => {
    const { clock, told, session } = startRig({
      connectError: new TypeError('a header: sk-a-key'),
    });
    session.append(frame(1));
    assert.deepEqual(told.names, []);
    clock.advance(0);
    const [error] = told.of('onClosed');
    assert.ok(error);
    assert.deepEqual(summary(error), ['invalid-request', false]);
    assert.doesNotMatch(error.message, /sk-/);
  });
});

describe('a session that ends', () => {
  const closed = (code: number, reason: string, options: RigOptions = {}) => {
    const { socket, told } = startReadyRig(options);
    socket.handlers.onClose(code, reason, undefined);
    return told.of('onClosed').map(summary)[0];
  };

  for (const [code, reason, expected] of [
    [1000, '', ['unavailable', true]],
    [1001, 'Your session hit the maximum duration of 60 minutes.', ['stream-limit', true]],
    [1001, 'going away', ['unavailable', true]],
    [1006, '', ['unavailable', true]],
    [1007, '', ['protocol', true]],
    [1008, '', ['permission-denied', false]],
    [1011, 'internal_error', ['unavailable', true]],
    [3000, 'invalid_request_error.invalid_api_key', ['unauthenticated', false]],
    [4000, 'invalid_request_error.model_not_found', ['invalid-request', false]],
    [4999, 'rate_limit_error', ['rate-limited', true]],
  ] as const) {
    it(`tells what ${code} ${reason} means`, () => {
      assert.deepEqual(closed(code, reason), expected);
    });
  }

  it('tells of a call that is over by the normal end of its control socket', () => {
    const control = closed(1000, 'The call has ended.', { callId: 'rtc_1' });
    assert.deepEqual(control, ['not-found', false]);
  });

  it('tells of its time limit by the error before the close, and nothing after that', () => {
    const { socket, told, session } = startReadyRig();
    socket.refuses({ code: 'session_expired' });
    socket.handlers.onClose(1001, 'maximum duration', undefined);
    socket.tells('input_audio_buffer.speech_started', { item_id: 'i', audio_start_ms: 1 });
    session.append(frame(1));
    session.respond();
    assert.deepEqual(told.of('onClosed').map(summary), [['stream-limit', true]]);
    assert.deepEqual(told.names, ['onClosed']);
    assert.deepEqual(socket.sent, []);
  });

  it('tells a broken connection and a broken frame apart', () => {
    for (const [code, expected] of [
      ['ECONNRESET', ['unavailable', true]],
      ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', ['protocol', true]],
    ] as const) {
      const { socket, told } = startReadyRig();
      socket.handlers.onClose(1006, '', Object.assign(new Error('broken'), { code }));
      assert.deepEqual(told.of('onClosed').map(summary), [expected]);
    }
  });

  it('pings, and is dead when nothing comes back', () => {
    const { clock, socket, told, metrics } = startReadyRig();
    clock.advance(16_000);
    assert.equal(socket.pings, 4);
    assert.deepEqual(told.names, []);
    socket.answersPings = false;
    clock.advance(3999);
    assert.equal(socket.pings, 4);
    clock.advance(1);
    clock.advance(2599);
    assert.deepEqual(told.names, []);
    clock.advance(1);
    assert.deepEqual(told.of('onClosed').map(summary), [['timeout', true]]);
    assert.ok(socket.terminated);
    assert.equal(metrics.counts['realtime_dead_sockets no-pong'], 1);
    assert.equal(clock.pendingTimers, 0);
  });

  it('lives as long as anything comes', () => {
    const { clock, socket, told } = startReadyRig();
    socket.answersPings = false;
    clock.advance(6000);
    socket.tells('rate_limits.updated', { rate_limits: [] });
    clock.advance(2000);
    assert.deepEqual(told.of('onClosed'), []);
  });

  /** After a pause of the whole process, timers are due before anything is read from sockets. */
  it('is not dead because this process was busy', () => {
    const { clock, socket, told } = startReadyRig();
    socket.answersPings = false;
    clock.advance(4000 + 2500);
    socket.handlers.onPong();
    socket.answersPings = true;
    clock.advance(20_000);
    assert.deepEqual(told.of('onClosed'), []);
  });

  it('is dead when more than a mebibyte waits to be sent', () => {
    const { session, socket, told, metrics } = startReadyRig();
    socket.bufferedAmount = 1024 * 1024;
    session.append(frame(1));
    assert.equal(socket.sent.length, 1);
    socket.bufferedAmount += 1;
    session.append(frame(2));
    session.append(frame(3));
    assert.equal(socket.sent.length, 1);
    assert.deepEqual(told.of('onClosed').map(summary), [['unavailable', true]]);
    assert.equal(metrics.counts['realtime_dead_sockets backpressure'], 1);
  });

  it('closes in order, tells nothing, and gives a silent peer up', () => {
    const { clock, session, socket, told } = startReadyRig();
    session.close();
    session.close();
    session.append(frame(1));
    socket.tells('rate_limits.updated', { rate_limits: [] });
    assert.equal(socket.closedWith, 1000);
    assert.deepEqual(told.names, []);
    clock.advance(2000);
    assert.ok(socket.terminated);
    assert.equal(clock.pendingTimers, 0);
  });

  it('leaves no timer behind when the peer answers the close', () => {
    const { clock, session, socket, told } = startReadyRig();
    session.close();
    socket.handlers.onClose(1000, '', undefined);
    assert.equal(clock.pendingTimers, 0);
    assert.deepEqual(told.names, []);
  });
});
