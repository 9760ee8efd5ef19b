/**
 * A third party as the judge: OpenAI's own agents SDK holds conversations, over its WebSocket
 * transport and over its Twilio transport. It checks each event that it gets.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
import {
  OpenAIRealtimeWebSocket,
  RealtimeAgent,
  RealtimeSession,
  tool,
} from '@openai/agents-realtime';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { resample, toInt16 } from '../../audio/resample.ts';
import { CALLER_VOICE, OPENAI_KEY, startCloud, type Cloud } from './testing/realtime.ts';

const urlOf = ({ simulator }: Cloud): string =>
  `${simulator.url.replace('http', 'ws')}/openai/v1/realtime?model=gpt-realtime-2.1`;

/** What the SDK could not make sense of. */
function complaints(t: TestContext): unknown[] {
  const found: unknown[] = [];
  for (const name of ['warn', 'error'] as const) {
    t.mock.method(console, name, (...values: unknown[]) => found.push(values));
  }
  return found;
}

test('an agent of the SDK hears 24 kHz audio, calls its tool and answers', async (t) => {
  const cloud = await startCloud(t);
  const found = complaints(t);
  const asked: string[] = [];
  const agent = new RealtimeAgent({
    name: 'recepcion',
    instructions: 'Eres la recepcionista de un taller.',
    tools: [
      tool({
        name: 'consultar_horario',
        description: 'Dice el horario de un día.',
        parameters: z.object({ dia: z.string() }),
        execute: ({ dia }) => {
          asked.push(dia);
          return 'El lunes abrimos a las nueve.';
        },
      }),
    ],
  });
  cloud.simulator.openai.realtime.script([
    {
      match: 'horario',
      reply: { calls: [{ name: 'consultar_horario', arguments: { dia: 'lunes' } }] },
    },
    { match: 'nueve', reply: 'El lunes abrimos a las nueve.' },
  ]);
  const session = new RealtimeSession(agent, {
    transport: new OpenAIRealtimeWebSocket({ url: urlOf(cloud) }),
    model: 'gpt-realtime-2.1',
    config: {
      audio: {
        input: {
          transcription: { model: 'gpt-transcribe' },
          turnDetection: { type: 'server_vad', silenceDurationMs: 500 },
        },
      },
    },
  });
  session.on('error', (error) => found.push(error));
  t.after(() => session.close());
  let audioBytes = 0;
  session.on('audio', ({ data }) => (audioBytes += data.byteLength));
  await session.connect({ apiKey: OPENAI_KEY });
  const { pcm8k } = await cloud.simulator.voices.speak({
    text: 'Quiero saber el horario del lunes',
    voice: CALLER_VOICE,
  });
  const pcm = toInt16(resample(pcm8k, 8000, 24_000));
  const quiet = new Int16Array(24_000);
  const answered = new Promise<void>((resolve) => {
    session.on('agent_end', (_context, _agent, output) => {
      if (output.includes('nueve')) resolve();
    });
  });
  for (const part of [quiet, pcm, quiet]) session.sendAudio(new Int16Array(part).buffer);
  await answered;
  assert.deepEqual(asked, ['lunes']);
  assert.ok(audioBytes > 24_000);
  const said = session.history.flatMap((item) =>
    item.type === 'message' && item.role === 'user'
      ? item.content.map((part) => ('transcript' in part ? part.transcript : null))
      : [],
  );
  assert.deepEqual(said, ['Quiero saber el horario del lunes']);
  assert.deepEqual(found, []);
});

test("the SDK's Twilio transport carries a call with it, and interrupts", async (t) => {
  const cloud = await startCloud(t);
  const found = complaints(t);
  cloud.simulator.faults.set({ openAiRealtime: { deltaIntervalMs: 100 } });
  cloud.simulator.openai.realtime.script([
    { match: 'horario', reply: 'Abrimos de lunes a viernes de nueve a seis. El sábado cerramos.' },
    { reply: 'Dígame.' },
  ]);
  const phone = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(phone, 'listening');
  t.after(() => phone.close());
  phone.on('connection', (socket) => {
    const transport = new TwilioRealtimeTransportLayer({
      twilioWebSocket: socket,
      url: urlOf(cloud),
    });
    transport.on('error', (error) => found.push(error));
    const agent = new RealtimeAgent({ name: 'recepcion', instructions: 'Eres la recepcionista.' });
    const format = { type: 'audio/pcmu' } as const;
    const session = new RealtimeSession(agent, {
      transport,
      model: 'gpt-realtime-2.1',
      config: { audio: { input: { format }, output: { format } } },
    });
    session.on('error', (error) => found.push(error));
    void session.connect({ apiKey: OPENAI_KEY }).then(() => socket.emit('ready'));
    t.after(() => session.close());
  });
  const { WebSocket } = await import('ws');
  const line = new WebSocket(`ws://127.0.0.1:${(phone.address() as AddressInfo).port}`);
  t.after(() => line.terminate());
  const connected = once(phone, 'connection');
  await once(line, 'open');
  const [served] = await connected;
  await once(served, 'ready');
  const heard: Buffer[] = [];
  const cleared = new Promise<void>((resolve) => {
    line.on('message', (data) => {
      const message = JSON.parse(String(data)) as { event: string; media?: { payload: string } };
      if (message.event === 'media') heard.push(Buffer.from(message.media!.payload, 'base64'));
      if (message.event === 'clear') resolve();
    });
  });
  const send = (message: object): void =>
    line.send(JSON.stringify({ streamSid: 'MZ1', ...message }));
  const say = async (text: string): Promise<void> => {
    const { pcm8k } = await cloud.simulator.voices.speak({ text, voice: CALLER_VOICE });
    const quiet = Buffer.alloc(8000, 0xff);
    const audio = Buffer.concat([quiet, encodeMulaw(pcm8k), quiet, quiet, quiet, quiet, quiet]);
    for (let at = 0; at < audio.length; at += 160) {
      const payload = audio.subarray(at, at + 160).toString('base64');
      send({ event: 'media', media: { payload, timestamp: String(at / 8) } });
    }
  };
  send({ event: 'start', start: { streamSid: 'MZ1', callSid: 'CA1' } });
  await say('Quiero saber el horario');
  while (heard.length === 0) await once(line, 'message');
  await say('Perdón, otra cosa');
  await cleared;
  assert.ok(Buffer.concat(heard).some((byte) => byte !== 0xff));
  assert.deepEqual(found, []);
});
