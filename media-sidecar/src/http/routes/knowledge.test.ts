import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

interface Hit {
  readonly document: { readonly id: string; readonly title: string };
  readonly passage: { readonly index: number; readonly text: string };
  readonly headline: string;
  readonly score: number;
}

const filler = 'El taller atiende con hora previa y entrega los vehículos lavados. '.repeat(6);

onEachDatabase('knowledge', (database) => {
  let api: Api;
  let andes: TestTenant;
  let maipo: TestTenant;

  before(async () => {
    api = await startApi(database());
    andes = await tenantWithKey(api, 'knowledge-andes');
    maipo = await tenantWithKey(api, 'knowledge-maipo');
  });

  const add = (body: object, key: string | undefined = andes.key) =>
    api.call('POST', '/v1/knowledge/documents', body, key);
  const search = async (parameters: Record<string, string>, key = andes.key): Promise<Hit[]> => {
    const query = new URLSearchParams(parameters).toString();
    const reply = await api.call('GET', `/v1/knowledge/search?${query}`, undefined, key);
    assert.equal(reply.status, 200, JSON.stringify(reply.json));
    return reply.json['data'] as Hit[];
  };
  const titles = async (parameters: Record<string, string>, key = andes.key) =>
    (await search(parameters, key)).map(({ document }) => document.title);

  test('keeps a document, and shows it', async () => {
    const text = `Horario\n\n${filler}\n\nGarantía\n\n${filler}`;
    const added = await add({ title: 'Taller', text, source: 'https://andes.example/taller' });
    assert.equal(added.status, 201);
    const { id, createdAt, updatedAt, ...document } = added.json;
    assert.ok(createdAt && updatedAt);
    assert.deepEqual(document, {
      tenant: { id: andes.id, slug: andes.slug, name: 'Automotora Andes' },
      externalId: null,
      title: 'Taller',
      source: 'https://andes.example/taller',
      language: 'es-CL',
      characters: text.length,
      passages: 2,
    });
    const path = `/v1/knowledge/documents/${String(id)}`;
    assert.deepEqual((await api.call('GET', path, undefined, andes.key)).json, {
      ...added.json,
      text,
    });
    refused(await api.call('GET', path, undefined, maipo.key), 404, 'document-not-found');
    refused(await api.call('DELETE', path, undefined, maipo.key), 404, 'document-not-found');
    assert.equal((await api.call('DELETE', path, undefined, andes.key)).status, 204);
    refused(await api.call('DELETE', path, undefined, andes.key), 404, 'document-not-found');
    assert.deepEqual(await search({ query: 'garantía' }), []);
  });

  test('finds words in any form, with and without accents', async () => {
    await add({
      title: 'Precios de vehículos nuevos',
      text: 'La camioneta Andina cuesta dieciocho millones de pesos.\n\nFinanciación en cuotas.',
    });
    await add({ title: 'Revisiones', text: 'Las revisiones se hacen cada diez mil kilómetros.' });
    for (const query of [
      '¿Qué precio tiene la camioneta?',
      'camionetas',
      'financiacion',
      'FINANCIACIÓN en CUOTA',
    ]) {
      assert.equal((await titles({ query }))[0], 'Precios de vehículos nuevos', query);
    }
    for (const query of ['revisión', 'revision', 'kilometro']) {
      assert.deepEqual(await titles({ query }), ['Revisiones'], query);
    }
    assert.deepEqual(await search({ query: 'helicóptero' }), []);
    assert.deepEqual(await search({ query: 'de la y el' }), [], 'nothing but stop words');
    assert.deepEqual(await search({ query: `"'&|!():*<-> \\` }), [], 'nothing but signs');
  });

  test('shows where it was found, the best first', async () => {
    await add({
      title: 'Devoluciones',
      externalId: 'returns',
      text: `${filler}\n\nUn repuesto se puede devolver dentro de treinta días con la boleta.`,
    });
    await add({ title: 'Otros', text: 'Aceptamos la boleta electrónica.' });
    const [best, second] = await search({ query: 'devolver un repuesto con boleta' });
    assert.equal(best?.document.title, 'Devoluciones');
    assert.match(best?.headline ?? '', /\*\*repuesto\*\*.*\*\*devolver\*\*/);
    assert.match(best?.passage.text ?? '', /treinta días/);
    assert.equal(second?.document.title, 'Otros');
    assert.ok((best?.score ?? 0) > (second?.score ?? 1));
    assert.equal((await search({ query: 'boleta', limit: '1' })).length, 1);
    const only = String(second?.document.id);
    assert.deepEqual(await titles({ query: 'boleta', documentId: only }), ['Otros']);
  });

  test('a document takes the place of the one with its external id', async () => {
    const first = await add({ title: 'Oferta', text: 'Descuento en neumáticos.', externalId: 'o' });
    const second = await add({ title: 'Oferta', text: 'Descuento en baterías.', externalId: 'o' });
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal(second.json['id'], first.json['id']);
    assert.deepEqual(await search({ query: 'neumáticos' }), []);
    assert.deepEqual(await titles({ query: 'baterías' }), ['Oferta']);
    assert.equal((await add({ title: 'x', text: 'y', externalId: 'o' }, maipo.key)).status, 201);
  });

  test('each language has its own endings', async () => {
    await add({ title: 'Warranty', text: 'Warranties cover repairs.', language: 'en-US' });
    await add({ title: 'Garantie', text: 'Reparaturen sind inbegriffen.', language: 'de-DE' });
    assert.deepEqual(await titles({ query: 'warranty repair' }), ['Warranty']);
    assert.deepEqual(await titles({ query: 'Reparaturen' }), ['Garantie']);
    assert.deepEqual(await titles({ query: 'Reparaturen warranty', language: 'de-DE' }), [
      'Garantie',
    ]);
  });

  test('a tenant finds its own documents only', async () => {
    await add({ title: 'Ajeno', text: 'Secreto industrial.' }, maipo.key);
    assert.deepEqual(await search({ query: 'secreto' }), []);
    assert.deepEqual(await titles({ query: 'secreto' }, maipo.key), ['Ajeno']);
    refused(
      await api.call('GET', '/v1/knowledge/search?query=secreto'),
      400,
      'tenant-required',
      'tenant',
    );
  });

  test('lists documents, page by page', async () => {
    const list = async (query: string) => {
      const path = `/v1/knowledge/documents?${query}`;
      const { json } = await api.call('GET', path, undefined, andes.key);
      return {
        titles: (json['data'] as { title: string }[]).map(({ title }) => title),
        cursor: String(json['nextCursor']),
      };
    };
    assert.deepEqual((await list('search=GARAN')).titles, ['Garantie']);
    assert.deepEqual((await list('externalId=o')).titles, ['Oferta']);
    const all = await list('limit=200');
    const first = await list('limit=3');
    const second = await list(`limit=200&cursor=${first.cursor}`);
    assert.deepEqual([...first.titles, ...second.titles], all.titles);
  });

  test('takes a megabyte of text, and not more', async () => {
    const megabyte = 'ñandú '.repeat(131_072);
    const added = await add({ title: 'Grande', text: megabyte });
    assert.equal(added.status, 201);
    assert.ok(Number(added.json['passages']) > 500);
    assert.ok(
      (await search({ query: 'ñandú', documentId: String(added.json['id']) })).length === 5,
    );
    refused(await add({ title: 'x', text: `${megabyte}x` }), 400, 'invalid-request', 'text');
  });

  test('refuses what cannot be right, and names the field', async () => {
    for (const [body, field] of [
      [{ text: 'a' }, 'title'],
      [{ title: 'a' }, 'text'],
      [{ title: 'a', text: ' ' }, 'text'],
      [{ title: 'a', text: 'b', language: 'x y' }, 'language'],
    ] as const) {
      refused(await add(body), 400, 'invalid-request', field);
    }
    const bad = await api.call('GET', '/v1/knowledge/search?query=', undefined, andes.key);
    refused(bad, 400, 'invalid-request', 'query');
  });
});
