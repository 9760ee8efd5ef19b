import type { AddressInfo } from 'node:net';
import { GoogleGenAI, Type } from '@google/genai';
import type { GenerateContentConfig } from '@google/genai';
import fastify from 'fastify';
import { createFaults } from '../../faults/faults.ts';
import type { FaultChanges } from '../../faults/faults.ts';
import { geminiRest } from '../gemini-rest.ts';
import { GeminiScript } from '../script.ts';

export const KEY = 'simulated-gemini-key';
export const MODEL = 'gemini-3.8-flash';
const AT_ONCE = { firstTokenDelayMs: 0, chunkIntervalMs: 0 };
export const CONFIG: GenerateContentConfig = {
  systemInstruction: 'Eres un asistente. El taller abre de lunes a viernes de 9 a 18 horas.',
  tools: [
    {
      functionDeclarations: [
        {
          name: 'consultar',
          description: 'Consulta el horario o el precio.',
          parameters: {
            type: Type.OBJECT,
            properties: { tema: { type: Type.STRING, enum: ['horario', 'precio'] } },
            required: ['tema'],
          },
        },
      ],
    },
  ],
};

interface Testing {
  after(done: () => Promise<void>): void;
}

/** The service on a free port with the real client connected; closed when the test ends. */
export async function start(t: Testing, gemini: FaultChanges['gemini'] = {}, key = KEY) {
  const app = fastify();
  const script = new GeminiScript();
  const faults = createFaults({ gemini: { ...AT_ONCE, ...gemini } });
  const now = (): number => Date.parse('2026-11-21T00:00:00Z');
  await app.register(geminiRest, { apiKeys: [KEY], faults, script, now });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const ai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl } });
  const post = async (body: unknown, model = MODEL) => {
    const url = `/v1beta/models/${model}:generateContent`;
    const reply = await app.inject({
      method: 'POST',
      url,
      headers: { 'x-goog-api-key': KEY },
      payload: body as object,
    });
    const { error } = reply.json<{ error?: { code: number; status: string; message: string } }>();
    return { code: reply.statusCode, status: error?.status, message: error?.message ?? '' };
  };
  return { ai, app, faults, script, post };
}
