import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { startVoiceAgent, type VoiceAgent } from './voice-agent.ts';

let agent: VoiceAgent;
let tenantKey: string;
before(async () => {
  agent = await startVoiceAgent();
  tenantKey = await agent.keyOf('andes');
});
after(() => agent[Symbol.asyncDispose]());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });
const andes = { tenant: byId('andes') };
const number = '+56987654321';
const onWire = (path: string) => `${path}/${encodeURIComponent(number)}`;

describe('contact', () => {
  const contact = (operation: string, parameters: IDataObject = {}) => ({
    resource: 'contact',
    operation,
    ...parameters,
  });
  let id: string;

  test('Create or Update takes what is known, and leaves the rest', async () => {
    const { json, wire } = await agent.done(
      contact('upsert', {
        ...andes,
        phoneNumber: '={{ $json.phone }}',
        fields: {
          name: '={{ $json.name }}',
          email: 'fernanda@example.com',
          company: 'Viña Sur',
          status: 'interested',
          attributes: { attribute: [{ name: 'modelo', value: 'SUV' }] },
          attributesJson: '{"visitas": 2}',
        },
      }),
      { items: [{ json: { phone: '+56 9 8765 4321', name: 'Fernanda Soto' } }] },
    );
    assert.deepEqual(wire, [
      {
        method: 'POST',
        path: '/v1/contacts',
        status: 201,
        body: {
          tenant: 'andes',
          phoneNumber: number,
          name: 'Fernanda Soto',
          email: 'fernanda@example.com',
          company: 'Viña Sur',
          status: 'interested',
          attributes: { visitas: 2, modelo: 'SUV' },
        },
      },
    ]);
    id = String(json.id);
    const changed = await agent.done(
      contact('upsert', {
        phoneNumber: number,
        fields: { company: '', attributes: { attribute: [{ name: 'modelo', value: '' }] } },
      }),
      { key: tenantKey },
    );
    assert.deepEqual(changed.wire[0]?.body, {
      phoneNumber: number,
      company: null,
      attributes: { modelo: null },
    });
    assert.deepEqual(
      [changed.json.id, changed.json.company, changed.json.name, changed.json.attributes],
      [id, null, 'Fernanda Soto', { visitas: 2 }],
    );
  });

  test('Get finds a contact by its number or its ID', async () => {
    const byNumber = await agent.done(contact('get', { ...andes, contactId: byId(number) }));
    assert.deepEqual(byNumber.wire, [
      { method: 'GET', path: onWire('/v1/contacts'), status: 200, query: { tenant: 'andes' } },
    ]);
    assert.equal(byNumber.json.id, id);
    const own = await agent.done(contact('get', { contactId: byId(id) }), { key: tenantKey });
    assert.equal(own.json.phoneNumber, number);
  });

  test('Update changes a contact, also its number', async () => {
    const { json, wire } = await agent.done(
      contact('update', {
        ...andes,
        contactId: byId(number),
        updateFields: { lastOutcome: 'callback', phoneNumber: '+56 9 1111 1111' },
      }),
    );
    assert.deepEqual(
      wire.map(({ method, path }) => [method, path]),
      [
        ['GET', onWire('/v1/contacts')],
        ['PATCH', `/v1/contacts/${id}`],
      ],
    );
    assert.deepEqual(wire[1]?.body, {
      tenant: 'andes',
      lastOutcome: 'callback',
      phoneNumber: '+56911111111',
    });
    assert.equal(json.phoneNumber, '+56911111111');
    const nothing = await agent.run(contact('update', { ...andes, contactId: byId(id) }));
    assert.equal(nothing.error?.message, 'There is nothing to update');
  });

  test('Get Many searches, and returns nothing when nobody is found', async () => {
    const list = (filters: IDataObject, more: IDataObject = {}) =>
      agent.done(contact('getMany', { ...andes, filters, ...more }));
    const found = await list({ search: 'fernanda', phoneNumber: '+56 9 1111 1111' });
    assert.deepEqual(found.wire[0]?.query, {
      tenant: 'andes',
      search: 'fernanda',
      phoneNumber: '+56911111111',
      limit: '50',
    });
    assert.deepEqual(
      found.items.map(({ json }) => json.id),
      [id],
    );
    assert.deepEqual((await list({ status: 'lost' }, { returnAll: true })).items, []);
    assert.deepEqual(await agent.search('searchContacts', contact('get', andes), 'soto'), [
      { name: 'Fernanda Soto · +56911111111', value: id },
    ]);
  });

  test('what is missing or wrong is told', async () => {
    const tenantless = await agent.run(contact('get', { contactId: byId(id) }));
    assert.equal(
      tenantless.error?.message,
      'The voice sidecar does not know which tenant is meant',
    );
    const national = await agent.run(contact('upsert', { ...andes, phoneNumber: '987654321' }));
    assert.match(national.error?.message ?? '', /in the field Phone Number is not a phone number/);
    const mail = await agent.run(
      contact('upsert', { ...andes, phoneNumber: number, fields: { email: 'nobody' } }),
    );
    assert.match(mail.error?.description ?? '', /Field: email/);
    await agent.done(contact('upsert', { ...andes, phoneNumber: number }));
    const taken = await agent.run(
      contact('update', { ...andes, contactId: byId(id), updateFields: { phoneNumber: number } }),
    );
    assert.equal(taken.error?.message, 'Somebody else has this phone number already');
  });

  test('an item that fails can go on as an error, linked to its input', async () => {
    const { items, error } = await agent.run(
      contact('get', { ...andes, contactId: '={{ $json.id }}' }),
      { continueOnFail: true, items: [{ json: { id: 'nobody' } }, { json: { id } }] },
    );
    assert.equal(error, undefined);
    assert.match(String(items[0]?.json.error), /no such thing/);
    assert.deepEqual([items[0]?.pairedItem, items[1]?.json.id], [{ item: 0 }, id]);
  });

  test('Delete forgets a contact', async () => {
    const { json, wire } = await agent.done(
      contact('delete', { ...andes, contactId: byId('+56911111111') }),
    );
    assert.deepEqual(json, { id, deleted: true });
    assert.deepEqual(
      wire.map(({ method, status }) => [method, status]),
      [
        ['GET', 200],
        ['DELETE', 204],
      ],
    );
    const { error } = await agent.run(contact('delete', { ...andes, contactId: byId(id) }));
    assert.match(error?.description ?? '', /No such contact/);
  });
});

describe('consent', () => {
  const consent = (operation: string, parameters: IDataObject = {}) => ({
    resource: 'consent',
    operation,
    ...andes,
    ...parameters,
  });

  test('Record writes down what was said', async () => {
    const { json, wire } = await agent.done(
      consent('record', {
        phoneNumber: number,
        kind: 'ai-call',
        status: 'granted',
        source: 'call',
        options: {
          evidence: 'Sí, puede llamarme un asistente.',
          callId: '0199b1de-0000-7000-8000-000000000001',
          recordedAt: '2026-11-20T12:00:00-03:00',
        },
      }),
    );
    assert.deepEqual(wire, [
      {
        method: 'POST',
        path: '/v1/consents',
        status: 201,
        body: {
          tenant: 'andes',
          phoneNumber: number,
          kind: 'ai-call',
          status: 'granted',
          source: 'call',
          evidence: 'Sí, puede llamarme un asistente.',
          callId: '0199b1de-0000-7000-8000-000000000001',
          recordedAt: '2026-11-20T15:00:00.000Z',
        },
      },
    ]);
    assert.equal(json.recordedAt, '2026-11-20T15:00:00.000Z');
  });

  test('Get State tells what holds now', async () => {
    await agent.done(
      consent('record', {
        phoneNumber: number,
        kind: 'ai-call',
        status: 'withdrawn',
        source: 'web form',
      }),
    );
    const { json, wire } = await agent.done(consent('getState', { phoneNumber: number }));
    assert.deepEqual(wire[0]?.query, { tenant: 'andes', phoneNumber: number });
    const consents = json.consents as Record<string, IDataObject>;
    assert.equal(consents['ai-call']?.status, 'withdrawn');
    assert.equal(consents.marketing?.status, 'unknown');
  });

  test('Get History lists everything that was recorded', async () => {
    const { items, wire } = await agent.done(
      consent('getMany', { filters: { phoneNumber: '+56 9 8765 4321', kind: 'ai-call' } }),
    );
    assert.deepEqual(wire[0]?.query, {
      tenant: 'andes',
      phoneNumber: number,
      kind: 'ai-call',
      limit: '50',
    });
    assert.deepEqual(
      items.map(({ json }) => json.status),
      ['withdrawn', 'granted'],
    );
  });

  test('a consent without a time that can be is refused', async () => {
    const record = (options: IDataObject) =>
      agent.run(
        consent('record', {
          phoneNumber: number,
          kind: 'marketing',
          status: 'granted',
          source: 'call',
          options,
        }),
      );
    const wrong = await record({ recordedAt: 'ayer' });
    assert.equal(wrong.error?.message, '"ayer" in Recorded At is not a date');
    const future = await record({ recordedAt: '2126-01-01' });
    assert.match(future.error?.description ?? '', /recordedAt: must not be in the future/);
  });
});

describe('do not call', () => {
  const doNotCall = (operation: string, parameters: IDataObject = {}) => ({
    resource: 'doNotCall',
    operation,
    ...parameters,
  });

  test('Add puts a number on the list of a tenant, or of all', async () => {
    const own = await agent.done(
      doNotCall('add', {
        ...andes,
        phoneNumber: number,
        options: { reason: 'Lo pidió', source: 'call' },
      }),
    );
    assert.deepEqual(own.wire, [
      {
        method: 'POST',
        path: '/v1/do-not-call',
        status: 201,
        body: {
          scope: 'tenant',
          tenant: 'andes',
          phoneNumber: number,
          reason: 'Lo pidió',
          source: 'call',
        },
      },
    ]);
    assert.equal(own.json.scope, 'tenant');
    const platform = doNotCall('add', { scope: 'platform', phoneNumber: number });
    assert.equal((await agent.done(platform)).json.scope, 'platform');
    const { error } = await agent.run(platform, { key: tenantKey });
    assert.equal(error?.message, 'This needs a platform key');
  });

  test('Check looks into both lists', async () => {
    const { json, wire } = await agent.done(doNotCall('check', { ...andes, phoneNumber: number }));
    assert.deepEqual(wire[0]?.query, { tenant: 'andes', phoneNumber: number });
    assert.equal(json.listed, true);
    assert.deepEqual(
      (json.entries as IDataObject[]).map(({ scope }) => scope),
      ['tenant', 'platform'],
    );
    const free = await agent.done(doNotCall('check', { ...andes, phoneNumber: '+56900000001' }));
    assert.equal(free.json.listed, false);
  });

  test('Get Many lists the numbers of one list', async () => {
    const { items, wire } = await agent.done(
      doNotCall('getMany', { ...andes, filters: { search: '4321' } }),
    );
    assert.deepEqual(wire[0]?.query, {
      scope: 'tenant',
      tenant: 'andes',
      search: '4321',
      limit: '50',
    });
    assert.deepEqual(
      items.map(({ json }) => [json.phoneNumber, json.reason]),
      [[number, 'Lo pidió']],
    );
  });

  test('Remove takes a number off one list', async () => {
    const { json, wire } = await agent.done(doNotCall('remove', { ...andes, phoneNumber: number }));
    assert.deepEqual(wire, [
      {
        method: 'DELETE',
        path: onWire('/v1/do-not-call'),
        status: 204,
        query: { scope: 'tenant', tenant: 'andes' },
      },
    ]);
    assert.deepEqual(json, { phoneNumber: number, removed: true });
    const { error } = await agent.run(doNotCall('remove', { ...andes, phoneNumber: number }));
    assert.match(error?.description ?? '', /not on the list/);
  });
});
