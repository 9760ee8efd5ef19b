import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { tenantFields } from './tenants.ts';
import { startVoiceAgent, type VoiceAgent } from './voice-agent.ts';

let agent: VoiceAgent;
before(async () => {
  agent = await startVoiceAgent();
});
after(() => agent[Symbol.asyncDispose]());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });
const tenant = (operation: string, parameters: IDataObject = {}) => ({
  resource: 'tenant',
  operation,
  ...parameters,
});
const maipo = { slug: 'maipo', ...tenantFields, name: 'Clínica Maipo' };

describe('tenant', () => {
  test('Create or Update creates a tenant with everything that it needs', async () => {
    const { json, wire } = await agent.done(
      tenant('upsert', {
        ...maipo,
        phoneNumbers: '+56 2 2333 5555,\n+56223335556',
        options: {
          businessHours: {
            hours: [
              { days: ['mon', 'fri'], from: '15:00', to: '19:00' },
              { days: ['mon'], from: '09:00', to: '13:00' },
            ],
          },
          closedOn: '2026-12-25, 2027-01-01',
          escalationNumber: '+56 2 2333 0000',
          facts: '{"direccion": "Av. Sur 1"}',
          instructions: 'No des diagnósticos.',
          speakingRate: 1.1,
        },
      }),
    );
    assert.deepEqual(wire, [
      {
        method: 'PUT',
        path: '/v1/tenants/maipo',
        status: 200,
        body: {
          name: 'Clínica Maipo',
          timezone: 'America/Santiago',
          language: 'es-CL',
          greeting: 'Hola, gracias por llamar.',
          disclosure: 'Soy un asistente virtual.',
          closedMessage: 'Estamos cerrados.',
          instructions: 'No des diagnósticos.',
          voice: { name: 'es-US-Neural2-A', languageCode: 'es-US', speakingRate: 1.1 },
          phoneNumbers: ['+56223335555', '+56223335556'],
          escalationNumber: '+56223330000',
          facts: { direccion: 'Av. Sur 1' },
          businessHours: {
            mon: [
              ['09:00', '13:00'],
              ['15:00', '19:00'],
            ],
            fri: [['15:00', '19:00']],
            exceptions: [
              { date: '2026-12-25', hours: [] },
              { date: '2027-01-01', hours: [] },
            ],
          },
        },
      },
    ]);
    assert.equal(json.slug, 'maipo');
    assert.deepEqual(json.phoneNumbers, ['+56223335555', '+56223335556']);
  });

  test('Create or Update tells what is wrong with its fields', async () => {
    const fails = async (parameters: IDataObject, message: RegExp) => {
      const { error } = await agent.run(tenant('upsert', { ...maipo, ...parameters }));
      assert.match(`${error?.message} ${error?.description}`, message);
    };
    await fails({ slug: 'Clínica Maipo' }, /"Clínica Maipo" in the field Slug/);
    await fails({ voice: 'Aoede' }, /"Aoede" in the field Voice is no voice/);
    await fails({ phoneNumbers: '223335555' }, /in the field Phone Numbers is not a phone number/);
    await fails({ phoneNumbers: '+56223334444' }, /already.*belongs to one tenant/);
    await fails({ timezone: 'Santiago' }, /timezone: must be an IANA time zone/);
    await fails({ options: { facts: 'x' } }, /The field Facts is no JSON object/);
    await fails({ options: { closedOn: '2026-12-25' } }, /Closed On needs Business Hours/);
    await fails(
      { options: { escalationNumber: '+56223334444' } },
      /escalation number leads back to an agent/,
    );
    const key = await agent.keyOf('andes');
    const { error } = await agent.run(tenant('upsert', maipo), { key });
    assert.equal(error?.message, 'This needs a platform key');
  });

  test('Update changes what is given, and nothing else', async () => {
    const { json, wire } = await agent.done(
      tenant('update', {
        tenant: byId('maipo'),
        updateFields: { greeting: 'Buenas tardes.', status: 'suspended', escalationNumber: '' },
      }),
    );
    assert.deepEqual(wire, [
      {
        method: 'PATCH',
        path: '/v1/tenants/maipo',
        status: 200,
        body: { greeting: 'Buenas tardes.', status: 'suspended', escalationNumber: null },
      },
    ]);
    assert.deepEqual(
      [json.greeting, json.status, json.escalationNumber, json.name],
      ['Buenas tardes.', 'suspended', null, 'Clínica Maipo'],
    );
    const nothing = await agent.run(tenant('update', { tenant: byId('maipo') }));
    assert.equal(nothing.error?.message, 'There is nothing to update');
    const rate = await agent.run(
      tenant('update', { tenant: byId('maipo'), updateFields: { speakingRate: 1.2 } }),
    );
    assert.equal(rate.error?.message, 'Speaking Rate needs the field Voice');
  });

  test('Get, Resolve and Get Many find tenants', async () => {
    const got = await agent.done(tenant('get', { tenant: byId('maipo') }));
    assert.equal(got.json.name, 'Clínica Maipo');
    const resolved = await agent.done(tenant('resolve', { phoneNumber: '+56223335556' }));
    assert.deepEqual(resolved.wire[0]?.query, { number: '+56223335556' });
    assert.equal(resolved.json.slug, 'maipo');
    const many = await agent.done(tenant('getMany', { limit: 1 }));
    assert.deepEqual(
      many.items.map(({ json }) => json.slug),
      ['andes'],
    );
    assert.deepEqual(many.wire[0]?.query, { limit: '1' });
    const all = await agent.done(tenant('getMany', { returnAll: true }));
    assert.equal(all.items.length, 2);
    assert.deepEqual(await agent.search('searchTenants', {}, 'maipo'), [
      { name: 'Clínica Maipo (maipo)', value: 'maipo' },
    ]);
  });

  test('Delete removes a tenant for good', async () => {
    const { json, wire } = await agent.done(tenant('delete', { tenant: byId('maipo') }));
    assert.deepEqual(wire, [{ method: 'DELETE', path: '/v1/tenants/maipo', status: 204 }]);
    assert.deepEqual(json, { tenant: 'maipo', deleted: true });
    const { error } = await agent.run(tenant('delete', { tenant: byId('maipo') }));
    assert.equal(error?.message, 'No tenant has this number or name');
  });
});

describe('phrase cache', () => {
  const phraseCache = (operation: string, parameters: IDataObject = {}) => ({
    resource: 'phraseCache',
    operation,
    ...parameters,
  });
  const voice = { name: 'es-US-Neural2-A', languageCode: 'es-US' };
  before(async () => {
    for (const text of ['Buenos días.', 'Un momento.', 'Un momento.']) {
      await agent.api('POST', '/v1/phrases/audio', { text, voice, tenant: 'andes' });
    }
  });

  test('Get Many lists the phrases whose audio is kept', async () => {
    const { items, wire } = await agent.done(
      phraseCache('getMany', { tenant: byId('andes'), filters: { search: 'momento' } }),
    );
    assert.deepEqual(wire[0]?.query, { tenant: 'andes', search: 'momento', limit: '50' });
    assert.deepEqual(
      items.map(({ json }) => [json.text, json.voice, json.hits]),
      [['Un momento.', voice, 1]],
    );
  });

  test('Get Statistics tells how well it works', async () => {
    const { json } = await agent.done(phraseCache('getStatistics', { tenant: byId('andes') }));
    assert.deepEqual(
      { ...json, sizeBytes: 0 },
      { entries: 2, sizeBytes: 0, hits: 1, misses: 2, hitRate: 1 / 3 },
    );
  });

  test('Remove forgets one phrase, a voice, or all', async () => {
    const removed = async (parameters: IDataObject) => {
      const { json, wire } = await agent.done(phraseCache('remove', parameters));
      return [json.removed, wire[0]?.body];
    };
    assert.deepEqual(await removed({ what: 'text', text: 'Buenos días.' }), [
      1,
      { text: 'Buenos días.' },
    ]);
    assert.deepEqual(await removed({ what: 'voice', voiceName: 'es-US-Neural2-B' }), [
      0,
      { voice: { name: 'es-US-Neural2-B' } },
    ]);
    assert.deepEqual(await removed({ what: 'all', tenant: byId('andes') }), [
      1,
      { tenant: 'andes', voice: {} },
    ]);
  });
});
