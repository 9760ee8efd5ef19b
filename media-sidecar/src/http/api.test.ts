import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { newId } from '../domain/identifiers.ts';
import type { Api, TestTenant } from './testing/api-fixture.ts';
import {
  bootstrapKey,
  refused,
  startApi,
  tenantBody,
  tenantWithKey,
} from './testing/api-fixture.ts';

const toolBody = (more: object = {}): Record<string, unknown> => ({
  name: 'consultar',
  description: 'Consulta la base.',
  parameters: { type: 'object', properties: {} },
  url: 'https://n8n.example.com/webhook/1',
  ...more,
});
const subscriptionBody = (more: object = {}): Record<string, unknown> => ({
  url: 'https://n8n.example.com/webhook/2',
  events: ['call.completed'],
  ...more,
});

onEachDatabase('the API', (database) => {
  let api: Api;
  let a: TestTenant;
  let b: TestTenant;

  before(async () => {
    api = await startApi(database());
    a = await tenantWithKey(api, 'andes');
    b = await tenantWithKey(api, 'barcelona');
  });

  test('every route but /health and /ready needs a key, also one that is not there', async () => {
    const routes = [
      ['GET', '/v1/me'],
      ['GET', '/v1/tenants'],
      ['GET', '/v1/tenants/andes'],
      ['PUT', '/v1/tenants/x'],
      ['GET', '/v1/tenants/resolve?number=%2B56221234567'],
      ['POST', '/v1/sessions'],
      ['GET', '/v1/calls'],
      ['GET', '/v1/calls/x'],
      ['POST', '/v1/subscriptions'],
      ['GET', '/v1/subscriptions/x'],
      ['DELETE', '/v1/subscriptions/x'],
      ['POST', '/v1/tools'],
      ['GET', '/v1/tools/x'],
      ['DELETE', '/v1/tools/x'],
      ['POST', '/v1/api-keys'],
      ['GET', '/v1/api-keys'],
      ['DELETE', '/v1/api-keys/x'],
      ['GET', '/v1/openapi.json'],
      ['GET', '/v1/costs'],
      ['GET', '/v1/prices'],
      ['GET', '/v1/callbacks'],
      ['POST', '/v1/sip-calls'],
      ['GET', '/metrics'],
      ['GET', '/nothing'],
      ['GET', '/'],
    ] as const;
    const fresh = await startApi(database(), { rateLimits: { failuresPerIpPerMinute: 100 } });
    for (const [method, url] of routes) {
      for (const key of [null, 'wrong-key', '']) {
        const body = method === 'PUT' || method === 'POST' ? {} : undefined;
        const reply = await fresh.call(method, url, body, key);
        assert.deepEqual([reply.status, reply.code], [401, 'unauthenticated'], `${method} ${url}`);
      }
    }
    assert.equal((await fresh.call('GET', '/health', undefined, null)).status, 200);
    assert.equal((await fresh.call('GET', '/ready', undefined, null)).status, 200);
  });

  test('tells what a key may do', async () => {
    const platform = await api.call('GET', '/v1/me');
    assert.deepEqual(platform.json, {
      key: { name: 'bootstrap', scope: 'platform' },
      tenant: null,
      version: '0.1.0',
    });
    const own = await api.call('GET', '/v1/me', undefined, a.key);
    assert.deepEqual(own.json, {
      key: { name: 'andes', scope: 'tenant' },
      tenant: { id: a.id, slug: 'andes', name: 'Automotora Andes' },
      version: '0.1.0',
    });
  });

  test('is not ready while it drains or has no database', async () => {
    api.draining = true;
    refused(await api.call('GET', '/ready', undefined, null), 503, 'unavailable');
    api.draining = false;
    api.databaseAway = true;
    refused(await api.call('GET', '/ready', undefined, null), 503, 'unavailable');
    api.databaseAway = false;
    assert.equal((await api.call('GET', '/health', undefined, null)).status, 200);
  });

  test('what only the platform may do is forbidden for a tenant', async () => {
    for (const [method, url, body] of [
      ['PUT', '/v1/tenants/andes', tenantBody()],
      ['POST', '/v1/api-keys', { name: 'x' }],
      ['GET', '/v1/api-keys', undefined],
      ['DELETE', `/v1/api-keys/${newId()}`, undefined],
      ['GET', '/metrics', undefined],
    ] as const) {
      refused(await api.call(method, url, body, a.key), 403, 'platform-key-required');
    }
  });
  test('a webhook belongs to who made it: for others it does not exist', async () => {
    for (const [path, body, code] of [
      ['/v1/tools', toolBody(), 'tool-not-found'],
      ['/v1/subscriptions', subscriptionBody(), 'subscription-not-found'],
    ] as const) {
      const made = await api.call('POST', path, body, a.key);
      assert.equal(made.status, 201);
      assert.match(String(made.json['secret']), /^whsec_/);
      assert.equal((made.json['tenant'] as { id: string }).id, a.id);
      const url = `${path}/${String(made.json['id'])}`;

      refused(await api.call('GET', url, undefined, b.key), 404, code);
      refused(await api.call('DELETE', url, undefined, b.key), 404, code);
      for (const key of [a.key, bootstrapKey]) {
        const found = await api.call('GET', url, undefined, key);
        assert.equal(found.status, 200);
        assert.equal('secret' in found.json, false);
      }
      assert.equal((await api.call('DELETE', url, undefined, a.key)).status, 204);
      refused(await api.call('DELETE', url, undefined, a.key), 404, code);
      refused(await api.call('GET', `${path}/no-uuid`), 404, code);

      const foreign = await api.call('POST', path, { ...body, tenant: 'andes' }, b.key);
      refused(foreign, 404, 'tenant-not-found', 'tenant');

      const shared = await api.call('POST', path, body);
      assert.equal(shared.json['tenant'], null);
      const sharedUrl = `${path}/${String(shared.json['id'])}`;
      refused(await api.call('GET', sharedUrl, undefined, a.key), 404, code);
      assert.equal((await api.call('DELETE', sharedUrl)).status, 204);
    }
  });

  test('a tool name is taken once per tenant', async () => {
    let port = 8000;
    const post = (key: string) => {
      const url = `https://n8n.example.com:${port++}/tool`;
      return api.call('POST', '/v1/tools', toolBody({ name: 'unica', url }), key);
    };
    assert.equal((await post(a.key)).status, 201);
    refused(await post(a.key), 409, 'tool-name-taken', 'name');
    assert.equal((await post(b.key)).status, 201);
    assert.equal((await post(bootstrapKey)).status, 201);
    refused(await post(bootstrapKey), 409, 'tool-name-taken', 'name');
  });

  test('who registers again at the same address takes the place of the old registration', async () => {
    const url = 'https://n8n.example.com/again';
    for (const [path, body] of [
      ['/v1/tools', toolBody({ name: 'otra_vez', url })],
      ['/v1/subscriptions', { ...subscriptionBody(), url }],
    ] as const) {
      const first = await api.call('POST', path, body, a.key);
      const second = await api.call('POST', path, body, a.key);
      assert.equal(second.status, 201);
      assert.notEqual(second.json['secret'], first.json['secret']);
      assert.equal((await api.call('GET', `${path}/${String(first.json['id'])}`)).status, 404);
      const elsewhere = await api.call('POST', path, body, b.key);
      assert.equal(elsewhere.status, 201);
      assert.equal((await api.call('GET', `${path}/${String(second.json['id'])}`)).status, 200);
    }
  });

  test('refuses bad tools and subscriptions, and names the field', async () => {
    const badTools: [object, string, string][] = [
      [{ name: '1a' }, 'invalid-request', 'name'],
      [{ description: ' ' }, 'invalid-request', 'description'],
      [{ parameters: { type: 'string' } }, 'invalid-request', 'parameters.type'],
      [{ parameters: { type: 'object', x: 'x'.repeat(16_384) } }, 'invalid-request', 'parameters'],
      [{ deadlineMs: 499 }, 'invalid-request', 'deadlineMs'],
      [{ deadlineMs: 20_001 }, 'invalid-request', 'deadlineMs'],
      [{ url: 'http://n8n.example.com' }, 'url-not-allowed', 'url'],
      [{ url: 'https://169.254.169.254/latest' }, 'url-not-allowed', 'url'],
      [{ url: 'http://127.0.0.1:5678/' }, 'url-not-allowed', 'url'],
    ];
    for (const [more, code, field] of badTools) {
      refused(await api.call('POST', '/v1/tools', toolBody(more)), 400, code, field);
    }
    const badSubscriptions: [object, string, string][] = [
      [{ events: [] }, 'invalid-request', 'events'],
      [{ events: ['call.exploded'] }, 'invalid-request', 'events.0'],
      [{ events: ['call.turn', 'call.turn'] }, 'invalid-request', 'events'],
      [{ url: 'https://localhost/x' }, 'url-not-allowed', 'url'],
      [{ url: 'nonsense' }, 'url-not-allowed', 'url'],
    ];
    for (const [more, code, field] of badSubscriptions) {
      refused(
        await api.call('POST', '/v1/subscriptions', subscriptionBody(more)),
        400,
        code,
        field,
      );
    }
  });

  test('a key works until it is removed, and is shown once', async () => {
    const made = await api.call('POST', '/v1/api-keys', { name: 'temporary', tenant: 'andes' });
    const key = String(made.json['key']);
    assert.equal((await api.call('GET', '/v1/me', undefined, key)).status, 200);
    const listed = await api.call('GET', '/v1/api-keys');
    const names = (listed.json['data'] as { name: string }[]).map(({ name }) => name);
    assert.ok(names.includes('temporary'));
    assert.equal(JSON.stringify(listed.json).includes(key), false);
    const url = `/v1/api-keys/${String(made.json['id'])}`;
    assert.equal((await api.call('DELETE', url)).status, 204);
    refused(await api.call('GET', '/v1/me', undefined, key), 401, 'unauthenticated');
    refused(await api.call('DELETE', url), 404, 'api-key-not-found');
    refused(await api.call('DELETE', '/v1/api-keys/x'), 404, 'api-key-not-found');
    refused(await api.call('POST', '/v1/api-keys', { name: '' }), 400, 'invalid-request', 'name');
    const nobody = await api.call('POST', '/v1/api-keys', { name: 'x', tenant: 'nobody' });
    refused(nobody, 404, 'tenant-not-found', 'tenant');
  });

  test('answers bodies that are broken, too large or of another kind', async () => {
    const post = async (payload: string, type: string): Promise<[number, string]> => {
      const response = await api.app.inject({
        method: 'POST',
        url: '/v1/sessions',
        headers: { authorization: `Bearer ${bootstrapKey}`, 'content-type': type },
        payload,
      });
      return [response.statusCode, response.json<{ error: { code: string } }>().error.code];
    };
    assert.deepEqual(await post('{"a":', 'application/json'), [400, 'invalid-json']);
    assert.deepEqual(await post('', 'application/json'), [400, 'invalid-json']);
    assert.deepEqual(await post('null', 'application/json'), [400, 'invalid-request']);
    assert.deepEqual(await post('<a/>', 'text/xml'), [400, 'unsupported-media-type']);
    assert.deepEqual(await post('{"__proto__":{"x":1}}', 'application/json'), [
      400,
      'invalid-json',
    ]);
    assert.deepEqual(await post(`{"a":"${'x'.repeat(200_000)}"}`, 'application/json'), [
      413,
      'too-large',
    ]);
  });

  test('describes itself', async () => {
    const { json } = await api.call('GET', '/v1/openapi.json');
    assert.equal(json['openapi'], '3.1.0');
    const paths = Object.keys(json['paths'] as object).sort();
    assert.deepEqual(paths, [
      '/v1/api-keys',
      '/v1/api-keys/{id}',
      '/v1/callbacks',
      '/v1/callbacks/{id}',
      '/v1/calls',
      '/v1/calls/{id}',
      '/v1/calls/{id}/end',
      '/v1/consents',
      '/v1/consents/state',
      '/v1/contacts',
      '/v1/contacts/{id}',
      '/v1/costs',
      '/v1/do-not-call',
      '/v1/do-not-call/check',
      '/v1/do-not-call/{phoneNumber}',
      '/v1/knowledge/documents',
      '/v1/knowledge/documents/{id}',
      '/v1/knowledge/search',
      '/v1/me',
      '/v1/phrases',
      '/v1/phrases/audio',
      '/v1/phrases/stats',
      '/v1/phrases/warmings',
      '/v1/phrases/warmings/{id}',
      '/v1/prices',
      '/v1/sessions',
      '/v1/sip-calls',
      '/v1/subscriptions',
      '/v1/subscriptions/{id}',
      '/v1/tenants',
      '/v1/tenants/resolve',
      '/v1/tenants/{idOrSlug}',
      '/v1/tenants/{slug}',
      '/v1/tools',
      '/v1/tools/{id}',
      '/v1/transcriptions',
      '/v1/transcriptions/{id}',
    ]);
  });

  test('an address that guesses keys is held up, a key that is known is not', async () => {
    const limited = await startApi(database(), { rateLimits: { failuresPerIpPerMinute: 3 } });
    assert.equal((await limited.call('GET', '/v1/me')).status, 200);
    for (let i = 0; i < 3; i += 1) {
      refused(await limited.call('GET', '/v1/me', undefined, 'guess'), 401, 'unauthenticated');
    }
    const held = await limited.call('GET', '/v1/me', undefined, a.key);
    refused(held, 429, 'too-many-requests');
    assert.ok(Number(held.headers['retry-after']) > 0);
    assert.equal((await limited.call('GET', '/v1/me')).status, 200);
  });

  test('a key that asks too much is slowed down', async () => {
    const limited = await startApi(database(), { rateLimits: { perKeyPerMinute: 2 } });
    for (let i = 0; i < 2; i += 1) {
      assert.equal((await limited.call('GET', '/v1/me', undefined, a.key)).status, 200);
    }
    refused(await limited.call('GET', '/v1/me', undefined, a.key), 429, 'too-many-requests');
    assert.equal((await limited.call('GET', '/v1/me', undefined, b.key)).status, 200);
  });
});
