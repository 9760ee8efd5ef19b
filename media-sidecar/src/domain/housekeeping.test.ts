import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { Housekeeping } from './housekeeping.ts';
import { transcriptionRequestSchema } from './transcriptions/schema.ts';
import { createClaimedSession, createTenant, platform } from './testing/fixtures.ts';
import { testDomain } from './testing/test-domain.ts';

onEachDatabase('housekeeping', (database) => {
  test('closes calls whose process died, and removes old sessions', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const { calls, recorder, transcriptionRecorder } = testDomain(db);
    const recorders = { calls: recorder, transcriptions: transcriptionRecorder };
    const nowMs = Date.now();
    const startedAgo = async (agoMs: number): Promise<string> => {
      const callId = await createClaimedSession(db, tenant.id);
      recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: nowMs - agoMs });
      return callId;
    };
    const [dead, alive] = [await startedAgo(25 * 3_600_000), await startedAgo(3_600_000)];
    await recorder.flush();

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

  test('ends transcriptions that never began, and those whose process died', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const clock = new VirtualClock(Date.now());
    const { recorder: calls, transcriptionRecorder, transcriptions } = testDomain(db, { clock });
    const callSid = `CA${'9'.repeat(32)}`;
    const issue = () =>
      transcriptions.create(
        platform,
        transcriptionRequestSchema.parse({ callSid, tenant: tenant.slug }),
      );
    const begin = async (): Promise<string> => {
      const { transcriptionId, token } = await issue();
      const claim = { transcriptionId, token, callSid, streamSid: 'MZ1' };
      await transcriptions.claim({ ...claim, tracks: ['inbound', 'outbound'] });
      const about = { transcriptionId, tenantId: tenant.id };
      transcriptionRecorder.started({ ...about, startedAtMs: clock.nowMs() });
      await transcriptionRecorder.flush();
      return transcriptionId;
    };
    const dead = await begin();
    clock.advance(24 * 3_600_000);
    const { transcriptionId: forgotten } = await issue();
    clock.advance(3_600_000);
    const running = await begin();
    const { transcriptionId: fresh } = await issue();

    const recorders = { calls, transcriptions: transcriptionRecorder };
    await new Housekeeping(db, recorders, clock).tidyUp();
    const state = async (id: string) => {
      const { status, endReason } = await transcriptions.get(platform, id);
      return [status, endReason];
    };
    assert.deepEqual(await state(dead), ['completed', 'connection-lost']);
    assert.deepEqual(await state(forgotten), ['failed', 'never-started']);
    assert.deepEqual(await state(running), ['in-progress', null]);
    assert.deepEqual(await state(fresh), ['waiting', null]);
  });
});
