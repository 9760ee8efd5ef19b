import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { refusedParameters, takenParameters } from '../../domain/tools/testing/parameter-tables.ts';
import { refused, startApi, type Api } from '../testing/api-fixture.ts';

onEachDatabase('the parameters of a new tool', (database) => {
  let api: Api;
  before(async () => {
    api = await startApi(database());
  });

  const register = (parameters: object) =>
    api.call('POST', '/v1/tools', {
      name: 'consultar',
      description: 'Consulta la base.',
      parameters,
      url: 'https://n8n.example.com/webhook/1',
    });

  test('are refused with the place and the reason when a model would refuse them', async () => {
    for (const { what, parameters, path, reason } of refusedParameters) {
      const reply = await register(parameters);
      const field = path === '' ? 'parameters' : `parameters.${path}`;
      refused(reply, 400, 'invalid-request', field);
      const { message } = reply.json['error'] as { message: string };
      assert.ok(message.startsWith(`${field}: `), what);
      assert.match(message, reason, what);
    }
  });

  test('are kept as they are when both take them', async () => {
    for (const { what, parameters } of takenParameters) {
      const { status, json } = await register(parameters);
      assert.equal(status, 201, what);
      assert.deepEqual(json['parameters'], parameters, what);
    }
  });
});
