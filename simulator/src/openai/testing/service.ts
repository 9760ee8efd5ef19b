import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import OpenAI from 'openai';
import { createFaults } from '../../faults/faults.ts';
import { openAiRest, type OpenAiRestOptions } from '../openai-rest.ts';
import { OpenAiProject } from '../realtime/project.ts';
import { OpenAiScript } from '../script.ts';

const KEY = 'sk-simulated-openai-key-0001';

interface Testing {
  after(done: () => Promise<void>): void;
}

/** The service on a free port with the real client connected; closed when the test ends. */
export async function start(
  t: Testing,
  { key = KEY, ...more }: { readonly key?: string } & Pick<OpenAiRestOptions, 'clock'> = {},
) {
  const app = fastify();
  const script = new OpenAiScript();
  const project = new OpenAiProject();
  const faults = createFaults();
  const parts = { apiKeys: [KEY], script, project, faults, ...more };
  await app.register(openAiRest, { prefix: '/openai/v1', ...parts });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => {
    project.close();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}/openai/v1`;
  const client = new OpenAI({ apiKey: key, baseURL, maxRetries: 0 });
  const post = async (path: string, payload: object) => {
    const reply = await app.inject({
      method: 'POST',
      url: `/openai/v1${path}`,
      headers: { authorization: `Bearer ${KEY}` },
      payload,
    });
    return { status: reply.statusCode, headers: reply.headers, body: reply.json<ErrorBody>() };
  };
  return { client, script, project, faults, app, post };
}

export interface ErrorBody {
  error?: { message: string; type: string; param: string | null; code: string | null };
}
