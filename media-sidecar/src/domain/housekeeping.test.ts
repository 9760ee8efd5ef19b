import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { StoredCallRecorder } from './calls/call-recorder.ts';
import { Calls } from './calls/calls.ts';
import { EventPublisher } from './events/publisher.ts';
import { Housekeeping } from './housekeeping.ts';
import { Tenants } from './tenants/tenants.ts';
import { StoredTranscriptionRecorder } from './transcriptions/transcription-recorder.ts';
import { createClaimedSession, createTenant, notLive, platform } from './testing/fixtures.ts';

onEachDatabase('housekeeping', (database) => {
  test('closes calls whose process died, and removes old sessions', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const publisher = new EventPublisher({ enqueue: () => Promise.resolve(), wake() {} });
    const recorder = new StoredCallRecorder({ db, publisher, logger: silentLogger });
    const transcriptions = new StoredTranscriptionRecorder({ db, publisher, logger: silentLogger });
    const recorders = { calls: recorder, transcriptions };
    const nowMs = Date.now();
    const startedAgo = async (agoMs: number): Promise<string> => {
      const callId = await createClaimedSession(db, tenant.id);
      recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: nowMs - agoMs });
      return callId;
    };
    const [dead, alive] = [await startedAgo(25 * 3_600_000), await startedAgo(3_600_000)];
    await recorder.flush();

    const calls = new Calls(db, new Tenants(db), notLive);
    const sessionsLeft = async (): Promise<number> => {
      const rows = await db.withTenant(tenant.id, (tx) =>
        tx.db.selectFrom('sessions').select('id').execute(),
      );
      return rows.length;
    };
    await new Housekeeping(db, recorders, new VirtualClock(nowMs)).tidyUp();
    const [ended, running] = [await calls.get(platform, dead), await calls.get(platform, alive)];
    assert.deepEqual([ended.status, ended.endReason], ['failed', 'connection-lost']);
    assert.equal(running.status, 'in-progress');
    assert.equal(await sessionsLeft(), 2);

    const later = new VirtualClock(nowMs + 25 * 3_600_000);
    await new Housekeeping(db, recorders, later).tidyUp();
    assert.equal(await sessionsLeft(), 0);
  });
});
