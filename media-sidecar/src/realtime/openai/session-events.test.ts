import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startReadyRig } from './testing/fake-socket.ts';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

describe('a turn of the caller', () => {
  it('is told from its first sound to its last word', () => {
    const { socket, told } = startReadyRig();
    socket.tells('input_audio_buffer.speech_started', { item_id: 'item_1', audio_start_ms: 320 });
    socket.tells('input_audio_buffer.speech_stopped', { item_id: 'item_1', audio_end_ms: 1500 });
    socket.tells('input_audio_buffer.committed', { item_id: 'item_1', previous_item_id: null });
    socket.tells(`${TRANSCRIPTION}.delta`, { item_id: 'item_1', delta: 'Hola,' });
    socket.tells(`${TRANSCRIPTION}.delta`, { item_id: 'item_1', delta: ' buenas' });
    socket.tells(`${TRANSCRIPTION}.completed`, {
      item_id: 'item_1',
      transcript: 'Hola, buenas.',
      usage: {
        type: 'tokens',
        input_tokens: 14,
        output_tokens: 5,
        input_token_details: { text_tokens: 0, audio_tokens: 14 },
      },
    });
    socket.tells('input_audio_buffer.committed', { item_id: 'item_2', previous_item_id: 'item_1' });
    assert.deepEqual(told.events, [
      { name: 'onSpeechStarted', value: { itemId: 'item_1', atMs: 320 } },
      { name: 'onSpeechStopped', value: { itemId: 'item_1', atMs: 1500 } },
      { name: 'onCallerTurn', value: { itemId: 'item_1' } },
      { name: 'onCallerWords', value: { itemId: 'item_1', text: 'Hola,', final: false } },
      { name: 'onCallerWords', value: { itemId: 'item_1', text: 'Hola, buenas', final: false } },
      {
        name: 'onTranscriptionUsage',
        value: { type: 'tokens', textInput: 0, audioInput: 14, textOutput: 5 },
      },
      { name: 'onCallerWords', value: { itemId: 'item_1', text: 'Hola, buenas.', final: true } },
      { name: 'onCallerTurn', value: { itemId: 'item_2', previousItemId: 'item_1' } },
    ]);
  });

  it('is told to have no words, once', () => {
    const { socket, told } = startReadyRig();
    socket.tells(`${TRANSCRIPTION}.failed`, { item_id: 'item_1', error: {} });
    socket.tells(`${TRANSCRIPTION}.failed`, { item_id: 'item_1', error: {} });
    socket.tells(`${TRANSCRIPTION}.completed`, { item_id: 'item_1', transcript: 'tarde' });
    assert.deepEqual(told.events, [{ name: 'onCallerWordsLost', value: 'item_1' }]);
  });

  it('has no words behind its last, in whatever order they come', () => {
    const { socket, told } = startReadyRig();
    socket.tells(`${TRANSCRIPTION}.completed`, { item_id: 'item_1', transcript: 'Hola.' });
    socket.tells(`${TRANSCRIPTION}.delta`, { item_id: 'item_1', delta: 'Hola' });
    socket.tells(`${TRANSCRIPTION}.completed`, { item_id: 'item_1', transcript: 'Hola.' });
    assert.equal(told.of('onCallerWords').length, 1);
  });

  it('keeps its words when what they cost makes no sense', () => {
    const { socket, told } = startReadyRig();
    const usage = { type: 'guess' };
    socket.tells(`${TRANSCRIPTION}.completed`, { item_id: 'item_1', transcript: 'Hola.', usage });
    assert.deepEqual(told.names, ['onCallerWords']);
  });

  it('may be paid by the second', () => {
    const { socket, told } = startReadyRig();
    const usage = { type: 'duration', seconds: 3 };
    socket.tells(`${TRANSCRIPTION}.completed`, { item_id: 'item_1', transcript: 'Hola.', usage });
    assert.deepEqual(told.of('onTranscriptionUsage'), [usage]);
  });
});

describe('a response', () => {
  it('is told from its begin to what it cost', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.tells('response.output_audio_transcript.delta', {
      response_id: 'resp_1',
      item_id: 'item_1',
      delta: 'Hola',
    });
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.endsAudio('resp_1', 'item_1');
    socket.endsResponse('resp_1', {
      usage: {
        total_tokens: 300,
        input_tokens: 200,
        output_tokens: 100,
        input_token_details: {
          text_tokens: 120,
          audio_tokens: 80,
          cached_tokens: 90,
          cached_tokens_details: { text_tokens: 64, audio_tokens: 26 },
        },
        output_token_details: { text_tokens: 30, audio_tokens: 70 },
      },
    });
    assert.deepEqual(told.names, [
      'onResponseStarted',
      'onAgentWords',
      'onAudio',
      'onAudioDone',
      'onResponseDone',
    ]);
    const [audio] = told.of('onAudio');
    assert.deepEqual([...(audio?.mulaw ?? [])], [...Buffer.alloc(800, 0x55)]);
    assert.deepEqual(told.of('onResponseDone'), [
      {
        responseId: 'resp_1',
        status: 'completed',
        usage: {
          textInput: 120,
          audioInput: 80,
          cachedTextInput: 64,
          cachedAudioInput: 26,
          textOutput: 30,
          audioOutput: 70,
        },
      },
    ]);
  });

  it('tells why it is not whole', () => {
    for (const [fields, expected] of [
      [{ status: 'cancelled', status_details: { reason: 'turn_detected' } }, 'turn_detected'],
      [{ status: 'incomplete', status_details: { reason: 'content_filter' } }, 'content_filter'],
      [
        { status: 'failed', status_details: { error: { type: 'server_error', code: null } } },
        'server_error',
      ],
    ] as const) {
      const { socket, told } = startReadyRig();
      socket.createsResponse('resp_1');
      socket.endsResponse('resp_1', fields);
      assert.deepEqual(told.of('onResponseDone'), [
        { responseId: 'resp_1', status: fields.status, reason: expected },
      ]);
    }
  });

  it('ends its items where nobody said so, and only once', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.endsResponse('resp_1', { status: 'cancelled' });
    socket.endsAudio('resp_1', 'item_1');
    assert.deepEqual(told.names.slice(-2), ['onAudioDone', 'onResponseDone']);
    assert.deepEqual(told.of('onAudioDone'), ['item_1']);
  });

  it('is ended by a word that says little else', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.endsResponse('resp_1', { status: 7, usage: 'none', output: 'none', metadata: [1] });
    assert.equal(told.of('onResponseDone').length, 1);
  });
});

describe('a tool call', () => {
  const call = {
    type: 'function_call',
    id: 'item_1',
    call_id: 'call_1',
    name: 'buscar',
    arguments: 'no JSON',
    status: 'completed',
  };

  it('is told once, with its arguments as they are', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.tells('response.output_item.done', { response_id: 'resp_1', item: call });
    socket.endsResponse('resp_1', { output: [call] });
    assert.deepEqual(told.of('onToolCall'), [
      {
        responseId: 'resp_1',
        itemId: 'item_1',
        callId: 'call_1',
        name: 'buscar',
        arguments: 'no JSON',
      },
    ]);
  });

  it('is found in the end of its response when its own event got lost', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.endsResponse('resp_1', { output: [{ type: 'message', content: [] }, call] });
    assert.deepEqual(told.names, ['onResponseStarted', 'onToolCall', 'onResponseDone']);
  });

  it('is not told when it was broken off', () => {
    const { socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    const item = { ...call, status: 'incomplete', arguments: '{"na' };
    socket.tells('response.output_item.done', { response_id: 'resp_1', item });
    socket.endsResponse('resp_1', { status: 'cancelled', output: [item] });
    assert.deepEqual(told.of('onToolCall'), []);
  });
});

describe('a call over SIP', () => {
  it('tells keys (which have no event id), playback and cuts, but no audio', () => {
    const { socket, told } = startReadyRig({ callId: 'rtc_1' });
    const key = JSON.stringify({
      type: 'input_audio_buffer.dtmf_event_received',
      event: '5',
      received_at: 1,
    });
    socket.says(key);
    socket.says(key);
    socket.createsResponse('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.tells('output_audio_buffer.started', { response_id: 'resp_1' });
    socket.tells('output_audio_buffer.cleared', { response_id: 'resp_1' });
    socket.tells('output_audio_buffer.stopped', { response_id: 'resp_1' });
    socket.tells('conversation.item.truncated', { item_id: 'item_1', audio_end_ms: 70 });
    assert.deepEqual(told.of('onKey'), ['5', '5']);
    assert.deepEqual(told.of('onAudio'), []);
    assert.deepEqual(
      told.of('onPlayback').map(({ state }) => state),
      ['started', 'cleared', 'stopped'],
    );
    assert.deepEqual(told.of('onTruncated'), [{ itemId: 'item_1', audioEndMs: 70 }]);
  });

  it('is sent no audio', () => {
    const { session, socket } = startReadyRig({ callId: 'rtc_1' });
    session.append(new Uint8Array(160));
    assert.deepEqual(socket.sent, []);
  });
});

describe('what makes no sense', () => {
  for (const [what, text] of [
    ['no JSON', '{"type":"response.output_audio.delta","del'],
    ['no object', '42'],
    ['null', 'null'],
    ['no type', '{"event_id":"event_x"}'],
    [
      'audio without an item',
      '{"type":"response.output_audio.delta","response_id":"r","delta":""}',
    ],
    [
      'audio that is no base64',
      '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"!"}',
    ],
    ['a time that is none', '{"type":"input_audio_buffer.speech_started","item_id":"i"}'],
    ['a key that is none', '{"type":"input_audio_buffer.dtmf_event_received","event":"55"}'],
  ] as const) {
    it(`is counted and survived: ${what}`, () => {
      const { socket, told, metrics } = startReadyRig();
      socket.says(text);
      assert.deepEqual(told.names, []);
      assert.equal(metrics.counts['realtime_malformed_events'], 1);
      socket.createsResponse('resp_1');
      assert.deepEqual(told.names, ['onResponseStarted']);
    });
  }

  it('is counted and survived: a binary frame', () => {
    const { socket, told, metrics } = startReadyRig();
    socket.handlers.onMessage(Buffer.from('{"type":"response.created"}'), true);
    assert.deepEqual(told.names, []);
    assert.equal(metrics.counts['realtime_malformed_events'], 1);
  });

  it('is counted and survived: a type that nobody knows', () => {
    const { socket, told, metrics } = startReadyRig();
    socket.tells('response.something.new', { a: 1 });
    socket.tells('toString');
    assert.deepEqual(told.names, []);
    assert.equal(metrics.counts['provider_unknown_events'], 2);
  });

  it('takes no event with it that has the same id', () => {
    const { socket, told } = startReadyRig();
    const response = { id: 'resp_1' };
    for (const type of ['response.something.new', 'response.created']) {
      socket.says(JSON.stringify({ type, event_id: 'event_same', response }));
    }
    assert.deepEqual(told.names, ['onResponseStarted']);
  });

  it('is not what others tell as well', () => {
    const { socket, told, metrics } = startReadyRig();
    socket.tells('conversation.item.added', { item: {} });
    assert.deepEqual([told.names, metrics.counts], [[], {}]);
  });

  it('is heard once when it comes twice', () => {
    const { socket, told, metrics } = startReadyRig();
    const delta = JSON.stringify({
      type: 'response.output_audio.delta',
      event_id: 'event_twice',
      response_id: 'resp_1',
      item_id: 'item_1',
      delta: '////',
    });
    const speech = JSON.stringify({
      type: 'input_audio_buffer.speech_started',
      event_id: 'event_speech',
      item_id: 'item_0',
      audio_start_ms: 20,
    });
    socket.says(speech);
    socket.says(speech);
    assert.equal(told.of('onSpeechStarted').length, 1);
    socket.createsResponse('resp_1');
    socket.says(delta);
    socket.says(delta);
    socket.endsResponse('resp_1');
    socket.endsResponse('resp_1');
    socket.createsResponse('resp_1');
    assert.equal(told.of('onAudio').length, 1);
    assert.equal(told.of('onResponseDone').length, 1);
    assert.equal(told.of('onResponseStarted').length, 1);
    assert.equal(metrics.counts['realtime_events_dropped duplicate'], 2);
  });

  it('begins with its audio when that comes before its begin', () => {
    const { session, socket, told } = startReadyRig();
    session.respond({ tag: 'a' });
    socket.sendsAudio('resp_1', 'item_1', 100);
    socket.answersLastRequest('resp_1');
    assert.deepEqual(told.names, ['onResponseStarted', 'onAudio']);
    socket.endsResponse('resp_1');
    session.respond();
    assert.equal(socket.of('response.create').length, 2);
  });

  it('is told when the provider refuses something, and the session goes on', () => {
    const { socket, told } = startReadyRig();
    socket.refuses({ code: 'invalid_value', param: 'session.tools', message: 'Invalid tools.' });
    const [error] = told.of('onError');
    assert.equal(error?.code, 'invalid-request');
    assert.match(error?.message ?? '', /invalid_value at session\.tools: Invalid tools\./);
    socket.createsResponse('resp_1');
    assert.deepEqual(told.names, ['onError', 'onResponseStarted']);
  });

  it('is not told to who has closed the session in the middle of an event', () => {
    const { session, socket, told } = startReadyRig();
    socket.createsResponse('resp_1');
    socket.sendsAudio('resp_1', 'item_1', 100);
    const seen: string[] = [];
    Object.assign(told, {
      events: {
        push: (event: { name: string }) => {
          seen.push(event.name);
          session.close();
        },
      },
    });
    socket.endsResponse('resp_1');
    assert.deepEqual(seen, ['onAudioDone']);
  });
});

describe('rate limits', () => {
  it('are told in ms', () => {
    const { socket, told } = startReadyRig();
    socket.tells('rate_limits.updated', {
      rate_limits: [{ name: 'tokens', limit: 100, remaining: 40, reset_seconds: 1.5 }],
    });
    assert.deepEqual(told.of('onRateLimits'), [
      [{ name: 'tokens', limit: 100, remaining: 40, resetMs: 1500 }],
    ]);
  });
});
