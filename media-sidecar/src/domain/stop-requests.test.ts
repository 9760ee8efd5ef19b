import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../db/database.ts';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { silentLogger } from '../kernel/logger.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { StopRequests } from './stop-requests.ts';
import { callRecorder, createClaimedSession, createTenant, platform } from './testing/fixtures.ts';
import { testDomain } from './testing/test-domain.ts';

onEachDatabase('wishes to end', (database) => {
  async function startedCalls(count: number): Promise<string[]> {
    const db = database();
    const tenant = await createTenant(db);
    const recorder = callRecorder(db);
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const callId = await createClaimedSession(db, tenant.id);
      recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: Date.now() });
      ids.push(callId);
    }
    await recorder.flush();
    return ids;
  }

  function watch(db: Database, live: readonly string[]) {
    const ended: string[] = [];
    const dropped: string[] = [];
    const clock = new VirtualClock();
    const requests = new StopRequests({
      db,
      clock,
      logger: silentLogger,
      live: () => ({ callIds: live, transcriptionIds: live }),
      endCall: (id) => ended.push(id),
      dropCall: (id) => dropped.push(id),
      stopTranscription: (id) => ended.push(id),
    });
    return { requests, clock, ended, dropped };
  }

  test('are carried out by the process that has the call, whoever was asked', async () => {
    const [here, elsewhere, unasked] = await startedCalls(3);
    assert.ok(here !== undefined && elsewhere !== undefined && unasked !== undefined);
    const askedReplica = testDomain(database()).calls;
    await askedReplica.end(platform, here);
    await askedReplica.end(platform, elsewhere);
    const { requests, ended, dropped } = watch(database(), [here, unasked]);
    await requests.check();
    assert.deepEqual([ended, dropped], [[here], []]);
  });

  test('a call whose record another process has closed is dropped by the one that has it', async () => {
    const [taken, asked, running] = await startedCalls(3);
    assert.ok(taken !== undefined && asked !== undefined && running !== undefined);
    const { calls, recorder } = testDomain(database());
    await calls.end(platform, asked);
    const frames = { framesReceived: 0, framesLost: 0, framesSent: 0 };
    for (const callId of [taken, asked]) {
      const { tenant } = await calls.get(platform, callId);
      const reason = 'connection-lost';
      recorder.callEnded({ callId, tenantId: tenant.id, endedAtMs: Date.now(), reason, ...frames });
    }
    await recorder.flush();
    const { requests, ended, dropped } = watch(database(), [taken, asked, running]);
    await requests.check();
    assert.deepEqual([ended, dropped.sort()], [[], [taken, asked].sort()]);
  });

  test('are looked for again and again, and not while nothing is going on', async () => {
    let asked = 0;
    const away = {
      withSystem: () => {
        asked += 1;
        return Promise.reject(new Error('away'));
      },
    } as unknown as Database;
    const busy = watch(away, ['0199b1de-0000-7000-8000-000000000001']);
    busy.requests.start();
    await busy.clock.advanceAsync(6000);
    assert.equal(asked, 3, 'also after it did not work');
    busy.requests.close();
    await busy.clock.advanceAsync(6000);
    assert.equal(asked, 3);

    const idle = watch(away, []);
    idle.requests.start();
    await idle.clock.advanceAsync(6000);
    assert.equal(asked, 3);
    idle.requests.close();
  });
});
