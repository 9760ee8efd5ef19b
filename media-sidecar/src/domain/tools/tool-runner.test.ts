import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { ClaimedSession } from '../../call/ports.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { toProfile } from '../tenants/schema.ts';
import type { Tenant } from '../tenants/schema.ts';
import { createTenant, platform } from '../testing/fixtures.ts';
import { testDomain } from '../testing/test-domain.ts';
import { Receiver } from '../testing/webhook-receiver.ts';
import { WebhookToolRunner } from './tool-runner.ts';
import type { Tools } from './tools.ts';

const never = new AbortController().signal;
const call = { id: 'call-1', name: 'consultar', arguments: { marca: 'Toyota' } };

onEachDatabase('live tools', (database) => {
  let domain: ReturnType<typeof testDomain>;
  let tools: Tools;
  let runner: WebhookToolRunner;
  let receiver: Receiver;
  let tenant: Tenant;

  before(() => {
    domain = testDomain(database());
    ({ tools, toolRunner: runner } = domain);
  });
  after(() => domain.webhookClient.close());
  beforeEach(async () => {
    receiver = await Receiver.start();
    tenant = await createTenant(database());
  });
  afterEach(() => receiver.close());

  const register = (deadlineMs = 5000, owner: string | undefined = tenant.slug, path = '/tool') =>
    tools.create(platform, {
      name: 'consultar',
      description: 'Consulta la base de autos.',
      parameters: { type: 'object' },
      url: `${receiver.url}${path}`,
      deadlineMs,
      ...(owner !== '' && { tenant: owner }),
    });
  const session = async (): Promise<ClaimedSession> => ({
    sessionId: 's',
    callId: 'c',
    tenant: toProfile(tenant),
    agent: 'contact-center',
    pipeline: 'cascade',
    transport: 'media-stream',
    direction: 'inbound',
    callSid: 'CA1',
    from: '+56912345678',
    variables: {},
    tools: await tools.definitionsFor(tenant.id, undefined, 'cascade'),
  });

  test('hands the arguments over, signed, and gives the reply to the model', async () => {
    const { secret } = await register();
    receiver.reply = (_request, response) => {
      response.writeHead(200).end('{"precio":12000000}');
    };
    const outcome = await runner.run({ session: await session(), call }, never);
    assert.deepEqual(outcome, { ok: true, result: { precio: 12_000_000 } });

    const [received] = receiver.received;
    assert.ok(received);
    new Webhook(secret).verify(received.body, received.headers as Record<string, string>);
    const { type, data } = received.json as { type: string; data: Record<string, unknown> };
    assert.equal(type, 'tool.call');
    assert.deepEqual(data, {
      toolCallId: 'call-1',
      name: 'consultar',
      arguments: { marca: 'Toyota' },
      deadlineMs: 5000,
      call: { id: 'c', callSid: 'CA1', direction: 'inbound', from: '+56912345678', to: null },
      tenant: {
        id: tenant.id,
        slug: tenant.slug,
        name: 'Automotora Andes',
        timezone: 'America/Santiago',
        language: 'es-CL',
        facts: { horario: 'de nueve a seis' },
      },
    });
  });

  test('an answer behind the deadline is late', async () => {
    await register(500);
    receiver.reply = () => undefined;
    const outcome = await runner.run({ session: await session(), call }, never);
    assert.deepEqual(outcome, { ok: false, reason: 'late' });
  });

  test('an answer that ends behind the deadline is late, although it began before', async () => {
    await register(500);
    receiver.reply = (_request, response) => {
      response.writeHead(200);
      response.write('{"precio":');
    };
    const outcome = await runner.run({ session: await session(), call }, never);
    assert.deepEqual(outcome, { ok: false, reason: 'late' });
  });

  test('a caller who interrupts cancels the call of the tool', async () => {
    await register();
    const abort = new AbortController();
    receiver.reply = () => abort.abort();
    const outcome = await runner.run({ session: await session(), call }, abort.signal);
    assert.deepEqual(outcome, { ok: false, reason: 'cancelled' });
    const again = await runner.run({ session: await session(), call }, abort.signal);
    assert.deepEqual(again, { ok: false, reason: 'cancelled' });
    assert.equal(receiver.received.length, 1);
  });

  test('tells apart a workflow that fails and a reply that cannot be read', async () => {
    await register();
    const replies: [number, string | Buffer, string][] = [
      [500, '{}', 'failed'],
      [302, '{}', 'failed'],
      [404, '', 'failed'],
      [200, '', 'invalid-reply'],
      [200, '<html>', 'invalid-reply'],
      [200, Buffer.alloc(65_537, 0x20), 'invalid-reply'],
    ];
    for (const [status, body, reason] of replies) {
      receiver.reply = (_request, response) => {
        response.writeHead(status).end(body);
      };
      const outcome = await runner.run({ session: await session(), call }, never);
      assert.deepEqual(outcome, { ok: false, reason }, `${String(status)} ${reason}`);
    }
  });

  test('a workflow that is not there has failed', async () => {
    await register();
    const asked = await session();
    await receiver.close();
    const outcome = await runner.run({ session: asked, call }, never);
    assert.deepEqual(outcome, { ok: false, reason: 'failed' });
    receiver = await Receiver.start();
  });

  test('a tool that the call may not use, or that was removed, is unknown', async () => {
    const { id } = await register();
    const asked = await session();
    const foreign = { ...call, name: 'borrar_todo' };
    assert.deepEqual(await runner.run({ session: asked, call: foreign }, never), {
      ok: false,
      reason: 'unknown-tool',
    });
    await tools.delete(platform, id);
    assert.deepEqual(await runner.run({ session: asked, call }, never), {
      ok: false,
      reason: 'unknown-tool',
    });
  });

  test('a database that hangs is late, too: nobody on the phone waits for it', async () => {
    await register();
    const clock = new VirtualClock();
    const parts = {
      tools: { find: () => new Promise<never>(() => undefined) },
      tenants: domain.tenants,
      client: domain.webhookClient,
      clock,
      logger: silentLogger,
    };
    const running = new WebhookToolRunner(parts).run({ session: await session(), call }, never);
    await clock.advanceAsync(5000);
    assert.deepEqual(await running, { ok: false, reason: 'late' });
    assert.equal(receiver.received.length, 0);
  });

  test("a tenant's own tool hides the platform's of the same name", async () => {
    const shared = await register(5000, '', '/platform');
    await runner.run({ session: await session(), call }, never);
    await register(5000, tenant.slug, '/own');
    await runner.run({ session: await session(), call }, never);
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/platform', '/own'],
    );
    await tools.delete(platform, shared.id);
  });

  test("no tenant's call reaches another tenant's tool", async () => {
    await register();
    tenant = await createTenant(database());
    assert.deepEqual((await session()).tools, []);
  });
});
