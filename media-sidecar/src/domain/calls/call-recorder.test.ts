import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { TurnRecord } from '../../call/ports.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { EventPublisher } from '../events/publisher.ts';
import type { Tenant } from '../tenants/schema.ts';
import { callRecorder, createClaimedSession, createTenant, platform } from '../testing/fixtures.ts';
import {
  FlakyDatabase,
  lostConnection,
  quickRetries,
  shuttingDown,
} from '../testing/flaky-database.ts';
import { KeptDeliveries } from '../testing/outbox.ts';
import { subscribe, testDomain } from '../testing/test-domain.ts';
import type { StoredCallRecorder } from './call-recorder.ts';
import type { Call, Turn } from './schema.ts';

onEachDatabase('the recorder of calls', (database) => {
  let tenant: Tenant;
  let callId: string;
  let flaky: FlakyDatabase;
  let deliveries: KeptDeliveries;
  let failures: number;
  let recorder: StoredCallRecorder;

  before(async () => {
    tenant = await createTenant(database());
    await subscribe(database(), tenant, [
      'call.started',
      'call.turn',
      'call.completed',
      'call.failed',
    ]);
  });
  beforeEach(async () => {
    callId = await createClaimedSession(database(), tenant.id);
    failures = 0;
    flaky = new FlakyDatabase(database());
    deliveries = new KeptDeliveries();
    const logger = { ...silentLogger, error: () => void (failures += 1) };
    recorder = callRecorder(flaky, {
      publisher: new EventPublisher(deliveries),
      logger,
      writes: quickRetries,
    });
  });

  const start = (): void =>
    recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: 1000 });
  const turn = (index: number, more: Partial<TurnRecord> = {}): void =>
    recorder.turn({
      callId,
      tenantId: tenant.id,
      index,
      role: 'caller',
      text: `frase ${String(index)}`,
      interrupted: false,
      startedAtMs: 2000,
      endedAtMs: 3000,
      delays: {},
      ...more,
    });
  const end = (): void =>
    recorder.callEnded({
      callId,
      tenantId: tenant.id,
      endedAtMs: 9000,
      reason: 'agent-hung-up',
      framesReceived: 1,
      framesLost: 0,
      framesSent: 1,
    });
  const stored = () => testDomain(database()).calls.get(platform, callId);
  const told = () => deliveries.eventTypes(database());

  test('returns at once and stores in order, together with the events', async () => {
    start();
    for (let index = 0; index < 5; index += 1) turn(index);
    end();
    assert.equal(deliveries.kept.length, 0, 'nothing was waited for');
    await recorder.flush();
    const call = await stored();
    assert.equal(call.status, 'completed');
    assert.deepEqual(
      call.turns.map(({ text }) => text),
      ['frase 0', 'frase 1', 'frase 2', 'frase 3', 'frase 4'],
    );
    assert.deepEqual(await told(), [
      'call.started',
      ...Array.from({ length: 5 }, () => 'call.turn'),
      'call.completed',
    ]);
  });

  test('stores what a turn may hold, and what no database can hold it leaves out', async () => {
    start();
    turn(0, { text: 'a\0b \ud83d c 😀 "\\\n', generatedText: '\0\ude00' });
    turn(1, {
      role: 'agent',
      interrupted: true,
      startedAtMs: 2000.6,
      delays: { firstAudioByteMs: 12.5 },
    });
    await recorder.flush();
    const [first, second] = (await stored()).turns;
    assert.equal(first?.text, 'ab \ufffd c 😀 "\\\n');
    assert.equal(first.generatedText, '\ufffd');
    assert.equal(second?.generatedText, null);
    assert.equal(second.interrupted, true);
    assert.equal(second.startedAt, new Date(2000).toISOString());
    assert.deepEqual(second.delays, { firstAudioByteMs: 12.5 });
  });

  test('turns of several calls that are stored together are told in the order of each', async () => {
    const calls = [callId, await createClaimedSession(database(), tenant.id)];
    for (callId of calls) start();
    await recorder.flush();
    for (const index of [0, 1, 2]) for (callId of calls) turn(index);
    // Nobody waits for turns: the end of a call takes those of all along.
    end();
    await recorder.written(callId);
    const events = await deliveries.events(database());
    const turns = events.filter(({ type }) => type === 'call.turn');
    for (const id of calls) {
      const own = turns.map(({ data }) => data as { call: Call; turn: Turn });
      assert.deepEqual(
        own.filter(({ call }) => call.id === id).map(({ turn: { index } }) => index),
        [0, 1, 2],
      );
    }
    assert.equal(events.at(-1)?.type, 'call.completed');
  });

  test('keeps the order while the database is away', async () => {
    flaky.faults = [lostConnection, shuttingDown, lostConnection].map((error) => ({
      when: 'before',
      error,
    }));
    start();
    turn(0);
    end();
    await recorder.flush();
    assert.deepEqual(await told(), ['call.started', 'call.turn', 'call.completed']);
    assert.equal(failures, 0);
  });

  test('tells nothing twice when a commit succeeded although its answer was lost', async () => {
    flaky.loseNextAnswer();
    start();
    await recorder.flush();
    flaky.loseNextAnswer();
    turn(0);
    await recorder.flush();
    flaky.loseNextAnswer();
    end();
    await recorder.flush();
    assert.equal(flaky.attempts, 6);
    assert.deepEqual(await told(), ['call.started', 'call.turn', 'call.completed']);
  });

  test('gives a write up when it can never succeed, and goes on with the next', async () => {
    start();
    turn(-1);
    turn(0);
    end();
    await recorder.flush();
    assert.equal(failures, 1);
    assert.equal(flaky.attempts, 5, 'the start; all others together, and then each by itself');
    assert.deepEqual(
      (await stored()).turns.map(({ index }) => index),
      [0],
    );
    assert.equal((await stored()).status, 'completed');
  });

  test('loses nothing however often the database is found away', async () => {
    flaky.faults = Array.from({ length: 50 }, () => ({ when: 'before', error: lostConnection }));
    start();
    turn(0);
    turn(1);
    end();
    await recorder.written(callId);
    assert.deepEqual([failures, flaky.faults], [0, []]);
    assert.deepEqual(
      (await stored()).turns.map(({ index }) => index),
      [0, 1],
    );
    assert.deepEqual(await told(), ['call.started', 'call.turn', 'call.turn', 'call.completed']);
  });

  test('a call ends once', async () => {
    start();
    end();
    recorder.callEnded({
      callId,
      tenantId: tenant.id,
      endedAtMs: 99_000,
      reason: 'connection-lost',
      framesReceived: 0,
      framesLost: 0,
      framesSent: 0,
    });
    await recorder.flush();
    assert.equal((await stored()).endReason, 'agent-hung-up');
    assert.deepEqual(await told(), ['call.started', 'call.completed']);
  });

  test('another call does not wait for one whose database is away', async () => {
    const other = await createClaimedSession(database(), tenant.id);
    const otherIsTold = new Promise<void>((resolve) => (deliveries.wake = resolve));
    flaky.faults = [{ when: 'before', error: lostConnection, until: otherIsTold }];
    start();
    recorder.callStarted({ callId: other, tenantId: tenant.id, startedAtMs: 1000 });
    await recorder.flush();
    assert.deepEqual(deliveries.subjects, [other, callId]);
  });
});
