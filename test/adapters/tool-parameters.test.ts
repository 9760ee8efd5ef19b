import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from 'simulator';
import {
  refusedParameters,
  takenParameters,
} from '../../media-sidecar/src/domain/tools/testing/parameter-tables.ts';

const geminiApiKey = 'a-gemini-key-of-tests';
const openAiApiKey = 'sk-simulated-openai-key-0001';

/** What each provider says to the parameters that `POST /v1/tools` refuses, and to those that it takes. */
describe('the parameters of a tool at the providers', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({
      port: 0,
      grpcPort: 0,
      accounts: [{ accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) }],
      googleApiKey: 'a-google-key-of-tests',
      geminiApiKey,
      controlKey: 'a-control-key-of-tests',
      openAiApiKey,
    });
    simulator.faults.set({ gemini: { firstTokenDelayMs: 0, chunkIntervalMs: 0 } });
  });
  after(() => simulator.close());

  /** The message of the error; undefined when the request was taken. */
  async function refusal(path: string, headers: Record<string, string>, body: object) {
    const response = await fetch(`${simulator.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const { error } = (await response.json()) as { error?: { message: string; code: unknown } };
    assert.equal(response.status, error === undefined ? 200 : 400);
    return error;
  }
  const declaration = { name: 'consultar', description: 'Consulta la base.' };
  const gemini = (parameters: object) =>
    refusal(
      '/v1beta/models/gemini-3.8-flash:generateContent',
      { 'x-goog-api-key': geminiApiKey },
      {
        contents: [{ role: 'user', parts: [{ text: 'Hola' }] }],
        tools: [{ functionDeclarations: [{ ...declaration, parametersJsonSchema: parameters }] }],
      },
    );
  const openAi = (parameters: object) =>
    refusal(
      '/openai/v1/realtime/client_secrets',
      { authorization: `Bearer ${openAiApiKey}` },
      { session: { type: 'realtime', tools: [{ type: 'function', ...declaration, parameters }] } },
    );

  for (const { what, parameters, ...expected } of refusedParameters) {
    it(`${what}: what each of them says`, async () => {
      const words = expected.gemini;
      const said = await gemini(parameters);
      if (words === undefined) assert.equal(said, undefined);
      else assert.match(said?.message ?? '', words);
      const refused = await openAi(parameters);
      assert.equal(refused?.code, expected.openAi && 'invalid_function_parameters');
      if (expected.openAi === undefined) return;
      assert.match(refused?.message ?? '', /^Invalid schema for function 'consultar': /);
      assert.match(refused?.message ?? '', expected.openAi);
    });
  }

  for (const { what, parameters } of takenParameters) {
    it(`${what}: taken by both`, async () => {
      assert.equal(await gemini(parameters), undefined);
      assert.equal(await openAi(parameters), undefined);
    });
  }
});
