import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { createRecognizer } from '../../recognition/recognizer.ts';
import { CALLER_VOICE, connect, startCloud, type Cloud } from './testing/realtime.ts';

const PCMU = {
  type: 'realtime',
  instructions: 'Eres la recepcionista. El horario es de lunes a viernes de 9 a 18 horas.',
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'gpt-transcribe' },
      turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
    },
    output: { format: { type: 'audio/pcmu' } },
  },
};

const silence = (ms: number): Buffer => Buffer.alloc(ms * 8, 0xff);

async function says({ simulator }: Cloud, text: string): Promise<Buffer> {
  const { pcm8k } = await simulator.voices.speak({ text, voice: CALLER_VOICE });
  return Buffer.concat([silence(400), encodeMulaw(pcm8k), silence(900)]);
}

const frames = (audio: Buffer): string[] =>
  Array.from({ length: Math.ceil(audio.length / 160) }, (_, i) =>
    audio.subarray(i * 160, (i + 1) * 160).toString('base64'),
  );

test("what was said is heard, answered aloud and told, as OpenAI's client sees it", async (t) => {
  const cloud = await startCloud(t);
  const { next, inbox, send, errors } = await connect(t, cloud);
  const created = await next('session.created');
  assert.equal(created.session.model, 'gpt-realtime-2.1');
  send({ type: 'session.update', session: PCMU });
  const updated = await next('session.updated');
  assert.deepEqual(updated.session.audio.output.format, { type: 'audio/pcmu' });
  for (const audio of frames(await says(cloud, '¿Cuál es el horario?'))) {
    send({ type: 'input_audio_buffer.append', audio });
  }
  const started = await next('input_audio_buffer.speech_started');
  const stopped = await next('input_audio_buffer.speech_stopped');
  assert.equal(started.item_id, stopped.item_id);
  assert.ok(stopped.audio_end_ms > started.audio_start_ms);
  const transcript = inbox.next('conversation.item.input_audio_transcription.completed');
  assert.equal((await transcript).transcript, '¿Cuál es el horario?');
  const done = await inbox.next('response.done');
  assert.equal(done.response.status, 'completed');
  const said = inbox.of('response.output_audio_transcript.done')[0]?.transcript as string;
  assert.match(said, /lunes a viernes/);
  assert.equal(
    inbox
      .of('response.output_audio_transcript.delta')
      .map(({ delta }) => delta)
      .join(''),
    said,
  );
  const audio = inbox
    .of('response.output_audio.delta')
    .map(({ delta }) => Buffer.from(delta as string, 'base64'));
  assert.ok(audio.every(({ length }) => length <= 3200));
  assert.deepEqual(await heard(cloud, Buffer.concat(audio)), said);
  assert.deepEqual(errors, []);
});

async function heard({ simulator }: Cloud, mulaw: Buffer): Promise<string> {
  const texts: string[] = [];
  const lexicon = (simulator.voices as unknown as { lexicon: never }).lexicon;
  const stream = createRecognizer(lexicon).listen({ final: ({ text }) => void texts.push(text) });
  stream.feed(mulaw);
  stream.end();
  return texts.join(' ');
}
