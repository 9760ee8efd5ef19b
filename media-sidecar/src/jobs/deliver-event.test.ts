import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { onEachDatabase } from '../db/testing/test-database.ts';
import type { StoredCallRecorder } from '../domain/calls/call-recorder.ts';
import { Deliveries, deliveryTriedForMs } from '../domain/events/deliveries.ts';
import { EventPublisher } from '../domain/events/publisher.ts';
import type { Delivery } from '../domain/events/schema.ts';
import { Housekeeping } from '../domain/housekeeping.ts';
import { newId } from '../domain/identifiers.ts';
import { Subscriptions } from '../domain/subscriptions/subscriptions.ts';
import { Tenants } from '../domain/tenants/tenants.ts';
import type { Tenant } from '../domain/tenants/schema.ts';
import {
  callRecorder,
  createClaimedSession,
  createTenant,
  platform,
} from '../domain/testing/fixtures.ts';
import { testDomain } from '../domain/testing/test-domain.ts';
import { Receiver, type ReceivedRequest } from '../domain/testing/webhook-receiver.ts';
import { Sealer } from '../domain/webhooks/sealer.ts';
import { WebhookClient, WebhookError } from '../domain/webhooks/webhook-client.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { deliverEventJob, deliveryQueue } from './deliver-event.ts';
import { JobQueue } from './queue.ts';

const everything = ['call.started', 'call.turn', 'call.completed', 'call.failed'] as const;

interface Told {
  readonly type: string;
  readonly data: {
    readonly tenant: { readonly slug: string };
    readonly call: { readonly id: string; readonly status: string; readonly turns?: unknown[] };
    readonly turn?: { readonly index: number; readonly text: string };
  };
}

onEachDatabase('delivery of events', (database) => {
  let queue: JobQueue;
  let recorder: StoredCallRecorder;
  let subscriptions: Subscriptions;
  let receiver: Receiver;
  let tenant: Tenant;
  const client = new WebhookClient({ allowLoopback: true });

  /** Delivers as at some time, and keeps what it counts and logs. */
  const jobAt = (clock: Clock, webhooks: Pick<WebhookClient, 'notify'> = client) => {
    const counted: (string | undefined)[] = [];
    const logged: string[] = [];
    const log = (_fields: object, message: string): void => void logged.push(message);
    const logger = { ...silentLogger, info: log, warn: log };
    const metrics = {
      ...noMetrics,
      count: (_name: string, labels?: Record<string, string>) =>
        void counted.push(labels?.['outcome']),
    };
    const db = database();
    const parts = { db, subscriptions, client: webhooks, clock, metrics, logger };
    const deliveries = new Deliveries(parts);
    return { job: deliverEventJob(deliveries, logger), counted, logged };
  };

  before(async () => {
    const db = database();
    queue = new JobQueue(db, silentLogger);
    subscriptions = new Subscriptions({
      db,
      tenants: new Tenants(db),
      sealer: new Sealer(Buffer.alloc(32, 1)),
      policy: { allowLoopback: true },
    });
    const publisher = new EventPublisher(deliveryQueue(queue));
    recorder = callRecorder(db, { publisher });
    await queue.start([jobAt(systemClock).job]);
  });
  after(async () => {
    await queue.stop(5000);
    client.close();
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
    tenant = await createTenant(database());
  });
  afterEach(() => receiver.close());

  const subscribe = (path: string, tenantSlug: string | undefined = tenant.slug) =>
    subscriptions.create(platform, {
      url: `${receiver.url}${path}`,
      events: [...everything],
      ...(tenantSlug !== '' && { tenant: tenantSlug }),
    });

  async function converse(turns: number): Promise<string> {
    const callId = await createClaimedSession(database(), tenant.id);
    const about = { callId, tenantId: tenant.id };
    recorder.callStarted({ ...about, startedAtMs: 1000 });
    for (let index = 0; index < turns; index += 1) {
      recorder.turn({
        ...about,
        index,
        role: 'caller',
        text: `frase ${String(index)}`,
        interrupted: false,
        startedAtMs: 2000 + index,
        endedAtMs: 3000 + index,
        delays: {},
      });
    }
    recorder.callEnded({
      ...about,
      endedAtMs: 9000,
      reason: 'caller-hung-up',
      framesReceived: 3,
      framesLost: 0,
      framesSent: 2,
    });
    await recorder.flush();
    return callId;
  }

  const told = (path: string): Told[] =>
    receiver.received.filter((each) => each.path === path).map((each) => each.json as Told);

  test('tells the events of a call in their order, signed', async () => {
    const { secret } = await subscribe('/a');
    const callId = await converse(4);
    await receiver.arrived(6);

    const events = told('/a');
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.turn?.index]),
      [
        ['call.started', undefined],
        ['call.turn', 0],
        ['call.turn', 1],
        ['call.turn', 2],
        ['call.turn', 3],
        ['call.completed', undefined],
      ],
    );
    assert.ok(events.every(({ data }) => data.call.id === callId));
    assert.deepEqual(events.at(-1)?.data.call.turns?.length, 4);
    assert.equal(events[0]?.data.call.status, 'in-progress', 'the payload is of the moment');
    const verifier = new Webhook(secret);
    for (const { body, headers } of receiver.received) {
      verifier.verify(body, headers as Record<string, string>);
    }
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.equal(new Set(ids).size, 6);
  });

  test('tries again with the same id, and holds back what comes after', async () => {
    await subscribe('/a');
    let refused: ReceivedRequest | undefined;
    receiver.reply = (request, response) => {
      const first = refused === undefined;
      refused ??= request;
      response.writeHead(first ? 503 : 204).end();
    };
    await converse(1);
    await receiver.arrived(4);

    assert.deepEqual(
      told('/a').map(({ type }) => type),
      ['call.started', 'call.started', 'call.turn', 'call.completed'],
    );
    const [first, second] = receiver.received;
    assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
    assert.equal(first?.body, second?.body);
  });

  test('a receiver that is down delays no other', async () => {
    await subscribe('/down');
    await subscribe('/up');
    receiver.reply = ({ path }, response) => {
      response.writeHead(path === '/down' ? 500 : 200).end();
    };
    await converse(1);
    while (told('/up').length < 3) await receiver.arrived(receiver.received.length + 1);
    assert.deepEqual(
      told('/up').map(({ type }) => type),
      ['call.started', 'call.turn', 'call.completed'],
    );
    assert.ok(told('/down').every(({ type }) => type === 'call.started'));
  });

  test('a receiver that is gone loses its subscription', async () => {
    const { id } = await subscribe('/gone');
    await subscribe('/stays');
    receiver.reply = ({ path }, response) => {
      response.writeHead(path === '/gone' ? 410 : 200).end();
    };
    await converse(1);
    while (told('/stays').length < 3) await receiver.arrived(receiver.received.length + 1);
    await converse(0);
    while (told('/stays').length < 5) await receiver.arrived(receiver.received.length + 1);

    await assert.rejects(subscriptions.get(platform, id), { code: 'subscription-not-found' });
    assert.equal(told('/gone').length, 1);
  });

  test('a subscription of the platform hears of every tenant, one of a tenant of its own', async () => {
    const everybody = await subscribe('/platform', '');
    const other = await createTenant(database());
    await subscribe('/other', other.slug);
    await subscribe('/own');
    await converse(0);
    while (told('/platform').length < 2 || told('/own').length < 2) {
      await receiver.arrived(receiver.received.length + 1);
    }
    assert.ok(told('/platform').every(({ data }) => data.tenant.slug === tenant.slug));
    assert.equal(told('/other').length, 0);
    await subscriptions.delete(platform, everybody.id);
  });

  test('nothing is kept of an event that nobody subscribed to', async () => {
    await converse(1);
    const rows = await database().withTenant(tenant.id, (tx) =>
      tx.db.selectFrom('events').select('id').execute(),
    );
    assert.deepEqual(rows, []);
  });

  /** An event that the queue knows nothing of. */
  const anEvent = async (): Promise<{ delivery: Delivery; createdAtMs: number }> => {
    const { id: subscriptionId } = await subscribe('/down');
    const eventId = newId();
    const { created_at: createdAt } = await database().withTenant(tenant.id, (tx) =>
      tx.db
        .insertInto('events')
        .values({ tenant_id: tx.tenantId, id: eventId, type: 'call.completed', payload: '{}' })
        .returning('created_at')
        .executeTakeFirstOrThrow(),
    );
    const delivery = { tenantId: tenant.id, eventId, subscriptionId, owner: 'tenant' } as const;
    return { delivery, createdAtMs: createdAt.getTime() };
  };
  const anyTry = { retryCount: 100, last: false };

  test('an event is tried for 14 days, then given up with a line in the log and a count', async () => {
    receiver.reply = (_request, response) => void response.writeHead(503).end();
    const { delivery, createdAtMs } = await anEvent();
    const clock = new VirtualClock(createdAtMs + 14 * 86_400_000 - 1);
    const { job, counted, logged } = jobAt(clock);
    await assert.rejects(job.handle(delivery, anyTry), { reason: 'status-503' });
    assert.deepEqual([counted, logged], [['failed'], ['event delivery failed']]);

    clock.advance(1);
    await job.handle(delivery, anyTry);
    assert.deepEqual(counted.slice(1), ['failed', 'given-up']);
    assert.equal(logged.at(-1), 'event could not be delivered');
  });

  test('a receiver that hangs holds one worker, not all of them', async () => {
    const replies = [Promise.reject(new WebhookError('timeout')), new Promise<never>(() => {})];
    replies[0]?.catch(() => {});
    const { delivery } = await anEvent();
    const { job, counted } = jobAt(systemClock, { notify: () => replies.shift()! });
    await assert.rejects(job.handle(delivery, anyTry), { reason: 'timeout' });
    void job.handle(delivery, anyTry);
    while (replies.length > 0) await setImmediate();
    await assert.rejects(job.handle(delivery, anyTry), { reason: 'receiver-hangs' });
    assert.deepEqual(counted, ['failed', 'failed']);
  });

  test('neither the tries nor the queue end before the 14 days', () => {
    const { queue: options } = jobAt(systemClock).job;
    const { retryLimit = 0, retryDelay = 0, retryDelayMax = 0, retentionSeconds = 0 } = options;
    const triesLast = Array.from({ length: retryLimit }, (_, count) =>
      Math.min(retryDelayMax, retryDelay * 2 ** count),
    ).reduce((sum, delay) => sum + delay);
    assert.ok(triesLast * 1000 >= deliveryTriedForMs);
    assert.ok(retentionSeconds > triesLast + 86_400, 'pg-boss deletes without a word');
  });

  test('what has nothing left to deliver is told of', async () => {
    const { delivery } = await anEvent();
    const { job, counted, logged } = jobAt(systemClock);
    await job.handle({ ...delivery, eventId: newId() }, anyTry);
    await subscriptions.delete(platform, delivery.subscriptionId);
    await job.handle(delivery, anyTry);
    assert.deepEqual(counted, ['no-event', 'no-subscription']);
    assert.equal(logged.length, 2);
    assert.equal(receiver.received.length, 0);
  });

  test('the events of a receiver that is away are kept until it has them', async () => {
    const db = database();
    await subscribe('/away');
    const { promise: isBack, resolve: comesBack } = Promise.withResolvers<void>();
    receiver.reply = (_request, response) => {
      void isBack.then(() => response.writeHead(204).end());
    };
    await converse(1);
    await receiver.arrived(1);

    const { recorder: calls, transcriptionRecorder: transcriptions } = testDomain(db);
    const deliveries = deliveryQueue(queue);
    const later = new VirtualClock(Date.now() + 13 * 86_400_000);
    const eventsLeft = async (): Promise<string[]> => {
      await new Housekeeping(db, { calls, transcriptions, deliveries }, later).tidyUp();
      const rows = await db.withTenant(tenant.id, (tx) =>
        tx.db.selectFrom('events').select('type').orderBy('id').execute(),
      );
      return rows.map(({ type }) => type);
    };
    assert.deepEqual(await eventsLeft(), ['call.started', 'call.turn', 'call.completed']);

    comesBack();
    await receiver.arrived(3);
    const undelivered = () => db.withTenant(tenant.id, (tx) => deliveries.undelivered(tx));
    while ((await undelivered()).length > 0) await Promise.resolve();
    assert.deepEqual(await eventsLeft(), []);
  });

  test('an event is told only if its state is stored', async () => {
    await subscribe('/a');
    const before = receiver.received.length;
    // There is no session for this call, so there is nothing to start.
    recorder.callStarted({
      callId: '0199b1de-0000-7000-8000-00000000dead',
      tenantId: tenant.id,
      startedAtMs: 1,
    });
    await recorder.flush();
    await converse(0);
    await receiver.arrived(before + 2);
    assert.equal(told('/a').length, 2);
  });
});
