import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { newPhoneNumber } from '../../domain/testing/fixtures.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

onEachDatabase('contacts', (database) => {
  let api: Api;
  let andes: TestTenant;
  let maipo: TestTenant;

  before(async () => {
    api = await startApi(database());
    andes = await tenantWithKey(api, 'contacts-andes');
    maipo = await tenantWithKey(api, 'contacts-maipo');
  });

  const save = (body: object, key: string | undefined = andes.key) =>
    api.call('POST', '/v1/contacts', body, key);
  const get = (id: string, key: string | undefined = andes.key) =>
    api.call('GET', `/v1/contacts/${encodeURIComponent(id)}`, undefined, key);
  const names = async (query: string, key = andes.key): Promise<unknown[]> => {
    const reply = await api.call('GET', `/v1/contacts?${query}`, undefined, key);
    assert.equal(reply.status, 200, JSON.stringify(reply.json));
    return (reply.json['data'] as { name: string }[]).map(({ name }) => name);
  };

  test('creates, and then changes what is given', async () => {
    const phoneNumber = newPhoneNumber();
    const created = await save({
      phoneNumber,
      name: ' Fernanda Soto ',
      email: 'fernanda@example.com',
      language: 'es-CL',
      timezone: 'America/Santiago',
      company: 'Viña Sur',
      role: 'Compras',
      externalId: 'crm-7',
      status: 'new',
      lastOutcome: 'no-answer',
      notes: 'Prefiere la tarde.',
      attributes: { modelo: 'SUV', color: 'rojo' },
    });
    assert.equal(created.status, 201);
    const { id, createdAt, updatedAt, ...contact } = created.json;
    assert.ok(id && createdAt && updatedAt);
    assert.deepEqual(contact, {
      tenant: { id: andes.id, slug: andes.slug, name: 'Automotora Andes' },
      phoneNumber,
      name: 'Fernanda Soto',
      email: 'fernanda@example.com',
      language: 'es-CL',
      timezone: 'America/Santiago',
      company: 'Viña Sur',
      role: 'Compras',
      externalId: 'crm-7',
      status: 'new',
      lastOutcome: 'no-answer',
      notes: 'Prefiere la tarde.',
      attributes: { modelo: 'SUV', color: 'rojo' },
    });
    const changed = await save({
      phoneNumber,
      company: null,
      status: 'interested',
      attributes: { color: null, año: 2026 },
    });
    assert.equal(changed.status, 200);
    assert.deepEqual(
      [changed.json['id'], changed.json['name'], changed.json['company'], changed.json['status']],
      [id, 'Fernanda Soto', null, 'interested'],
    );
    assert.deepEqual(changed.json['attributes'], { modelo: 'SUV', año: 2026 });
    assert.deepEqual((await get(phoneNumber)).json, changed.json);
    assert.deepEqual((await get(String(id))).json, changed.json);
  });

  test('a number is one contact of a tenant, however often it is saved at once', async () => {
    const phoneNumber = newPhoneNumber();
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        save({ phoneNumber, attributes: { [`n${String(index)}`]: index } }),
      ),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
    assert.equal(new Set(replies.map(({ json }) => json['id'])).size, 1);
    const { attributes } = (await get(phoneNumber)).json;
    assert.equal(Object.keys(attributes as object).length, 6);
    assert.equal((await save({ phoneNumber }, maipo.key)).status, 201, 'another tenant');
  });

  test('is changed by its id, also its number', async () => {
    const [first, second, third] = [newPhoneNumber(), newPhoneNumber(), newPhoneNumber()];
    const { id } = (await save({ phoneNumber: first })).json;
    await save({ phoneNumber: second });
    const patch = (body: object, key: string | undefined = andes.key) =>
      api.call('PATCH', `/v1/contacts/${String(id)}`, body, key);
    assert.equal((await patch({ phoneNumber: third, name: 'Ana' })).json['phoneNumber'], third);
    refused(await patch({ phoneNumber: second }), 409, 'phone-number-taken', 'phoneNumber');
    refused(await patch({ name: 'x' }, maipo.key), 404, 'contact-not-found');
    refused(await api.call('PATCH', '/v1/contacts/x', {}, andes.key), 404, 'contact-not-found');
  });

  test('is found by what it is', async () => {
    await save({ phoneNumber: '+56911110001', name: 'Ana Pérez', email: 'ana@pino.cl' });
    await save({ phoneNumber: '+56911110002', name: 'Luis 100%', company: 'Pino_Alto' });
    await save({ phoneNumber: '+56911110003', name: 'Rosa', externalId: 'X-9', status: 'vip' });
    assert.deepEqual(await names('search=pino'), ['Luis 100%', 'Ana Pérez']);
    assert.deepEqual(await names('search=ana%40'), ['Ana Pérez']);
    assert.deepEqual(await names('search=100%25'), ['Luis 100%'], 'a percent sign is one');
    assert.deepEqual(await names('search=o_A'), ['Luis 100%'], 'and so is an underscore');
    assert.deepEqual(await names('search=%2B5691111&limit=2'), ['Rosa', 'Luis 100%']);
    assert.deepEqual(await names('externalId=X-9'), ['Rosa']);
    assert.deepEqual(await names('status=vip'), ['Rosa']);
    assert.deepEqual(await names('phoneNumber=%2B56911110001'), ['Ana Pérez']);
    assert.deepEqual(await names('search=pino', maipo.key), []);
  });

  test('is listed page by page', async () => {
    const page = await api.call('GET', '/v1/contacts?search=5691111&limit=2', undefined, andes.key);
    const cursor = String(page.json['nextCursor']);
    assert.deepEqual(await names(`search=5691111&limit=2&cursor=${cursor}`), ['Ana Pérez']);
  });

  test('is deleted once', async () => {
    const phoneNumber = newPhoneNumber();
    const { id } = (await save({ phoneNumber })).json;
    const remove = (key: string) =>
      api.call('DELETE', `/v1/contacts/${String(id)}`, undefined, key);
    refused(await remove(maipo.key), 404, 'contact-not-found');
    assert.equal((await remove(andes.key)).status, 204);
    refused(await remove(andes.key), 404, 'contact-not-found');
    refused(await get(phoneNumber), 404, 'contact-not-found');
  });

  test('a platform key names the tenant', async () => {
    const phoneNumber = newPhoneNumber();
    const platform = (method: 'GET' | 'POST', path: string, body?: object) =>
      api.call(method, path, body);
    refused(
      await platform('POST', '/v1/contacts', { phoneNumber }),
      400,
      'tenant-required',
      'tenant',
    );
    refused(await platform('GET', '/v1/contacts'), 400, 'tenant-required', 'tenant');
    const saved = await platform('POST', '/v1/contacts', { phoneNumber, tenant: maipo.slug });
    assert.equal(saved.status, 201);
    const found = await platform(
      'GET',
      `/v1/contacts/${encodeURIComponent(phoneNumber)}?tenant=${maipo.id}`,
    );
    assert.equal(found.json['id'], saved.json['id']);
  });

  test('refuses what cannot be right, and names the field', async () => {
    const phoneNumber = newPhoneNumber();
    for (const [body, field] of [
      [{}, 'phoneNumber'],
      [{ phoneNumber: '912345678' }, 'phoneNumber'],
      [{ phoneNumber, email: 'nobody' }, 'email'],
      [{ phoneNumber, timezone: 'Santiago' }, 'timezone'],
      [{ phoneNumber, language: 'español' }, 'language'],
      [{ phoneNumber, attributes: 'x' }, 'attributes'],
      [{ phoneNumber, attributes: { a: 'x'.repeat(16_384) } }, 'attributes'],
      [{ phoneNumber, name: '' }, 'name'],
      [{ phoneNumber, surname: 'x' }, undefined],
      [{ phoneNumber, name: 'a\0b' }, undefined],
      [{ phoneNumber, attributes: { a: 'a\0b' } }, undefined],
    ] as const) {
      refused(await save(body), 400, 'invalid-request', field);
    }
    await save({ phoneNumber, attributes: { a: 'x'.repeat(9000) } });
    refused(
      await save({ phoneNumber, attributes: { b: 'x'.repeat(9000) } }),
      400,
      'invalid-request',
      'attributes',
    );
  });
});
