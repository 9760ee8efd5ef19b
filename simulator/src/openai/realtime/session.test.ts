import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RealtimeSession } from './session-schema.ts';
import { PCMU_SESSION, silence, startSession } from './testing/session-rig.ts';

type RealtimeTranscription = NonNullable<
  NonNullable<NonNullable<RealtimeSession['audio']>['input']>['transcription']
>;

const typesOf = (rig: ReturnType<typeof startSession>): string[] =>
  rig.inbox.types().filter((type) => !type.endsWith('.delta'));

test('a spoken turn has its events in the order of the API', async () => {
  const rig = startSession({ script: [{ match: 'horario', reply: 'De nueve a seis.' }] });
  rig.say('¿Cuál es el horario?');
  await rig.clock.advance(5000);
  assert.deepEqual(typesOf(rig), [
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
    'rate_limits.updated',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'conversation.item.done',
    'response.output_item.done',
    'response.done',
  ]);
  const { item_id: userItem, previous_item_id: before } = rig.only('input_audio_buffer.committed');
  assert.equal(before, null);
  const [, answered] = rig.inbox.of('conversation.item.added');
  assert.equal(answered?.previous_item_id, userItem);
  const { response } = rig.only('response.done');
  assert.equal(response.status, 'completed');
  assert.deepEqual(response.output[0].content, [
    { type: 'output_audio', transcript: 'De nueve a seis.' },
  ]);
  const ids = rig.inbox.all.map(({ event_id }) => event_id as string);
  assert.equal(new Set(ids).size, ids.length);
});

test('audio comes faster than real time, in deltas, with its words in step', async () => {
  const rig = startSession({
    script: [{ reply: 'uno dos tres cuatro cinco seis siete ocho' }],
    faults: { firstAudioDelayMs: 300, deltaMs: 700, deltaIntervalMs: 100 },
  });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(299);
  assert.equal(rig.inbox.of('response.output_audio.delta').length, 0);
  await rig.clock.advance(1);
  assert.equal(rig.inbox.of('response.output_audio.delta').length, 1);
  assert.deepEqual(
    rig.inbox.of('response.output_audio_transcript.delta').map(({ delta }) => delta as string),
    ['uno dos'],
  );
  await rig.clock.advance(300);
  const deltas = rig.inbox.of('response.output_audio.delta');
  assert.deepEqual(
    deltas.map(({ delta }) => Buffer.from(delta as string, 'base64').length / 8),
    [700, 700, 700, 700],
  );
  assert.equal(rig.only('response.done').response.usage.output_token_details.audio_tokens, 56);
});

test('usage counts what was read and said, and what the cache knew', async () => {
  const rig = startSession({ script: [{ reply: 'uno' }, { reply: 'dos' }] });
  rig.say('hola buenas tardes');
  await rig.clock.advance(3000);
  rig.say('otra cosa');
  await rig.clock.advance(3000);
  const [first, second] = rig.inbox.of('response.done').map(({ response }) => response.usage);
  assert.equal(first.input_token_details.cached_tokens, 0);
  assert.ok(first.input_token_details.audio_tokens > 10);
  assert.equal(
    second.input_token_details.cached_tokens,
    first.input_tokens,
    'all of the first turn is read again',
  );
  for (const { total_tokens, input_tokens, output_tokens, ...details } of [first, second]) {
    assert.equal(total_tokens, input_tokens + output_tokens);
    const { text_tokens, audio_tokens } = details.input_token_details;
    assert.equal(input_tokens, text_tokens + audio_tokens);
  }
});

test('who speaks over the model stops it', async () => {
  const rig = startSession({
    script: [{ reply: 'uno dos tres cuatro cinco seis siete ocho' }, { reply: 'dígame' }],
    faults: { deltaIntervalMs: 400 },
  });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(800);
  rig.say('perdón');
  await rig.clock.advance(3000);
  const [cancelled, next] = rig.inbox.of('response.done').map(({ response }) => response);
  assert.equal(cancelled.status, 'cancelled');
  assert.deepEqual(cancelled.status_details, { type: 'cancelled', reason: 'turn_detected' });
  assert.equal(cancelled.output[0].status, 'incomplete');
  assert.match(cancelled.output[0].content[0].transcript, /^uno dos( tres( cuatro)?)?$/);
  assert.equal(next.status, 'completed');
  const types = rig.inbox.types();
  const from = types.indexOf('input_audio_buffer.speech_started');
  assert.deepEqual(types.slice(from, from + 7), [
    'input_audio_buffer.speech_started',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'conversation.item.done',
    'response.output_item.done',
    'response.done',
  ]);
});

test('without interrupt_response the model goes on, and the turn gets no answer', async () => {
  const turn_detection = { type: 'server_vad', interrupt_response: false } as const;
  const rig = startSession({
    session: {
      ...PCMU_SESSION,
      audio: { ...PCMU_SESSION.audio, input: { ...PCMU_SESSION.audio.input, turn_detection } },
    },
    script: [{ reply: 'uno dos tres cuatro cinco seis siete ocho' }],
    faults: { deltaIntervalMs: 400 },
  });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(500);
  rig.say('perdón');
  await rig.clock.advance(5000);
  assert.equal(rig.only('response.done').response.status, 'completed');
  assert.equal(rig.errors()[0]?.code, 'conversation_already_has_active_response');
});

test('without create_response turns are told and not answered', async () => {
  const turn_detection = { type: 'semantic_vad', create_response: false } as const;
  const rig = startSession({
    session: {
      ...PCMU_SESSION,
      audio: { ...PCMU_SESSION.audio, input: { ...PCMU_SESSION.audio.input, turn_detection } },
    },
  });
  rig.say('hola buenas tardes', 5000);
  await rig.clock.advance(5000);
  rig.only('input_audio_buffer.committed');
  assert.deepEqual(rig.inbox.of('response.created'), []);
});

test('without turn detection the client commits and asks', async () => {
  const rig = startSession({
    session: {
      ...PCMU_SESSION,
      audio: {
        ...PCMU_SESSION.audio,
        input: { ...PCMU_SESSION.audio.input, turn_detection: null },
      },
    },
    script: [{ match: 'hola buenas', reply: 'hola' }],
  });
  rig.say('hola buenas tardes');
  await rig.clock.advance(2000);
  assert.deepEqual(rig.inbox.types(), []);
  rig.send({ type: 'input_audio_buffer.commit' });
  assert.deepEqual(rig.inbox.types(), [
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
  ]);
  rig.send({ type: 'response.create' });
  await rig.clock.advance(3000);
  assert.equal(rig.only('response.output_audio_transcript.done').transcript, 'hola');
});

test('the buffer can be too small, and can be cleared', () => {
  const rig = startSession();
  rig.append(silence(90));
  rig.send({ type: 'input_audio_buffer.commit', event_id: 'mine' });
  const [error] = rig.errors();
  assert.equal(error?.code, 'input_audio_buffer_commit_empty');
  assert.match(error.message, /only has 90\.00ms of audio/);
  assert.equal(error.event_id, 'mine');
  rig.append(silence(200));
  rig.send({ type: 'input_audio_buffer.clear' });
  rig.only('input_audio_buffer.cleared');
  rig.send({ type: 'input_audio_buffer.commit' });
  assert.match(rig.errors()[1]?.message ?? '', /only has 0\.00ms/);
});

test('the caller who says nothing for too long is asked again', async () => {
  const turn_detection = { type: 'server_vad', idle_timeout_ms: 5000 } as const;
  const rig = startSession({
    session: {
      ...PCMU_SESSION,
      audio: { ...PCMU_SESSION.audio, input: { ...PCMU_SESSION.audio.input, turn_detection } },
    },
    script: [{ reply: 'uno dos tres cuatro' }, { reply: 'sigue ahí' }],
    faults: { firstAudioDelayMs: 100, deltaIntervalMs: 10 },
  });
  rig.send({ type: 'response.create' });
  await rig.clock.advance(100 + 1400);
  rig.append(silence(1000));
  await rig.clock.advance(4998);
  assert.deepEqual(rig.inbox.of('input_audio_buffer.timeout_triggered'), []);
  rig.append(silence(4000));
  await rig.clock.advance(2);
  const { audio_start_ms, audio_end_ms, item_id } = rig.only(
    'input_audio_buffer.timeout_triggered',
  );
  assert.deepEqual([audio_start_ms, audio_end_ms], [0, 5000]);
  assert.equal(rig.only('input_audio_buffer.committed').item_id, item_id);
  await rig.clock.advance(2000);
  assert.equal(rig.inbox.of('response.output_audio_transcript.done')[1]?.transcript, 'sigue ahí');
});

test('a session ends at its limit', async () => {
  const rig = startSession({ faults: { sessionLimitMs: 120_000 } });
  await rig.clock.advance(120_000);
  const message = 'Your session hit the maximum duration of 2 minutes.';
  assert.deepEqual(rig.errors(), [
    {
      type: 'invalid_request_error',
      code: 'session_expired',
      message,
      param: null,
      event_id: null,
    },
  ]);
  assert.deepEqual(rig.closed, [{ code: 1001, reason: message }]);
  rig.send({ type: 'response.create' });
  assert.equal(rig.inbox.all.length, 1);
});

test('transcription counts seconds or tokens, as its model is paid for', async () => {
  const counted = async (transcription: RealtimeTranscription) => {
    const input = { ...PCMU_SESSION.audio.input, transcription };
    const rig = startSession({
      session: { ...PCMU_SESSION, audio: { ...PCMU_SESSION.audio, input } },
    });
    rig.say('hola buenas tardes');
    await rig.clock.advance(1000);
    return rig.only('conversation.item.input_audio_transcription.completed').usage as object;
  };
  const bySeconds = ['gpt-transcribe', 'gpt-live-transcribe', 'gpt-realtime-whisper', 'whisper-1'];
  for (const transcription of [{}, ...bySeconds.map((model) => ({ model }))]) {
    assert.deepEqual(await counted(transcription as RealtimeTranscription), {
      type: 'duration',
      seconds: 1.7,
    });
  }
  assert.deepEqual(await counted({ model: 'gpt-4o-mini-transcribe' }), {
    type: 'tokens',
    total_tokens: 22,
    input_tokens: 17,
    input_token_details: { text_tokens: 0, audio_tokens: 17 },
    output_tokens: 5,
  });
});

test('transcription is told beside the conversation, and may fail', async () => {
  const transcription = { model: 'gpt-transcribe' } as const;
  const session = {
    ...PCMU_SESSION,
    audio: { ...PCMU_SESSION.audio, input: { ...PCMU_SESSION.audio.input, transcription } },
  };
  const rig = startSession({ session, faults: { transcriptionDelayMs: 200 } });
  const event = 'conversation.item.input_audio_transcription';
  rig.say('hola buenas tardes');
  await rig.clock.advance(199);
  assert.deepEqual(rig.inbox.of(`${event}.completed`), []);
  await rig.clock.advance(1);
  const { transcript, item_id } = rig.only(`${event}.completed`);
  assert.equal(transcript, 'hola buenas tardes');
  assert.equal(
    rig.inbox
      .of(`${event}.delta`)
      .map(({ delta }) => delta)
      .join(''),
    transcript,
  );
  rig.send({ type: 'conversation.item.retrieve', item_id });
  assert.equal(rig.only('conversation.item.retrieved').item.content[0].transcript, transcript);
  rig.faults.set({ openAiRealtime: { failNextTranscriptions: 1 } });
  rig.say('otra cosa');
  await rig.clock.advance(200);
  assert.equal(rig.only(`${event}.failed`).error.code, 'transcription_failed');
});
