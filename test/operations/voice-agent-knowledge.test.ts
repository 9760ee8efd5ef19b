import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { startVoiceAgent, type VoiceAgent } from './voice-agent.ts';

let agent: VoiceAgent;
before(async () => {
  agent = await startVoiceAgent();
});
after(() => agent[Symbol.asyncDispose]());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });
const andes = { tenant: byId('andes') };

describe('knowledge', () => {
  const knowledge = (operation: string, parameters: IDataObject = {}) => ({
    resource: 'knowledge',
    operation,
    ...andes,
    ...parameters,
  });
  const text = 'La garantía cubre tres años o cien mil kilómetros.';
  let id: string;

  test('Add keeps a document, and replaces it by its external ID', async () => {
    const add = knowledge('add', {
      title: 'Garantías',
      text: '={{ $json.text }}',
      options: { externalId: 'garantias', source: 'garantias.pdf' },
    });
    const { json, wire } = await agent.done(add, { items: [{ json: { text } }] });
    assert.deepEqual(wire, [
      {
        method: 'POST',
        path: '/v1/knowledge/documents',
        status: 201,
        body: {
          tenant: 'andes',
          title: 'Garantías',
          text,
          externalId: 'garantias',
          source: 'garantias.pdf',
        },
      },
    ]);
    assert.deepEqual([json.language, json.passages], ['es-CL', 1]);
    const again = await agent.done(add, { items: [{ json: { text } }] });
    assert.deepEqual([again.wire[0]?.status, again.json.id], [200, json.id]);
    id = String(json.id);
  });

  test('Search finds the passages that answer a question', async () => {
    const { items, wire } = await agent.done(
      knowledge('search', { query: '¿Cuántos kilometros cubre?', options: { language: 'es-CL' } }),
    );
    assert.deepEqual(wire[0]?.query, {
      tenant: 'andes',
      query: '¿Cuántos kilometros cubre?',
      limit: '5',
      language: 'es-CL',
    });
    assert.equal((items[0]?.json.document as IDataObject).id, id);
    assert.equal((items[0]?.json.passage as IDataObject).text, text);
    assert.deepEqual((await agent.done(knowledge('search', { query: 'bicicleta' }))).items, []);
    const { error } = await agent.run(knowledge('search', { query: 'x', passages: 51 }));
    assert.match(error?.description ?? '', /Field: limit/);
  });

  test('Get and Get Many read documents', async () => {
    const got = await agent.done(knowledge('get', { documentId: byId(id) }));
    assert.deepEqual([got.json.text, got.json.source], [text, 'garantias.pdf']);
    const many = await agent.done(knowledge('getMany', { filters: { search: 'garan' } }));
    assert.deepEqual(
      many.items.map(({ json }) => json.id),
      [id],
    );
    assert.deepEqual(await agent.search('searchDocuments', knowledge('get'), 'GARAN'), [
      { name: 'Garantías · garantias', value: id },
    ]);
  });

  test('Delete removes a document', async () => {
    const { json } = await agent.done(knowledge('delete', { documentId: byId(id) }));
    assert.deepEqual(json, { id, deleted: true });
    const { error } = await agent.run(knowledge('delete', { documentId: byId(id) }));
    assert.match(error?.description ?? '', /No such document/);
  });
});
