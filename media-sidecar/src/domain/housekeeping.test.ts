import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { Housekeeping } from './housekeeping.ts';
import { transcriptionRequestSchema } from './transcriptions/schema.ts';
import { createClaimedSession, createTenant, platform } from './testing/fixtures.ts';
import { silentQueue } from './testing/outbox.ts';
import { testDomain } from './testing/test-domain.ts';

const hourMs = 3_600_000;

onEachDatabase('housekeeping', (database) => {
  test('closes calls whose process died, and removes old sessions', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const { calls, recorder, transcriptionRecorder } = testDomain(db);
    const records = {
      calls: recorder,
      transcriptions: transcriptionRecorder,
      deliveries: silentQueue,
    };
    const nowMs = Date.now();
    const startedAgo = async (agoMs: number): Promise<string> => {
      const callId = await createClaimedSession(db, tenant.id);
      recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: nowMs - agoMs });
      return callId;
    };
    // A conversation may last two hours, and has a quarter of one for its last words.
    const [dead, alive] = [await startedAgo(2.25 * hourMs + 1), await startedAgo(2.25 * hourMs)];
    await recorder.flush();

    const sessionsLeft = async (): Promise<number> => {
      const rows = await db.withTenant(tenant.id, (tx) =>
        tx.db.selectFrom('sessions').select('id').execute(),
      );
      return rows.length;
    };
    await new Housekeeping(db, records, new VirtualClock(nowMs)).tidyUp();
    const [ended, running] = [await calls.get(platform, dead), await calls.get(platform, alive)];
    assert.deepEqual([ended.status, ended.endReason], ['failed', 'connection-lost']);
    assert.equal(running.status, 'in-progress');
    assert.equal(await sessionsLeft(), 2);

    const later = new VirtualClock(nowMs + 25 * hourMs);
    await new Housekeeping(db, records, later).tidyUp();
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
    clock.advance(22 * hourMs);
    const long = await begin();
    clock.advance(2 * hourMs);
    const { transcriptionId: forgotten } = await issue();
    clock.advance(hourMs);
    const running = await begin();
    const { transcriptionId: fresh } = await issue();

    const records = { calls, transcriptions: transcriptionRecorder, deliveries: silentQueue };
    await new Housekeeping(db, records, clock).tidyUp();
    const state = async (id: string) => {
      const { status, endReason } = await transcriptions.get(platform, id);
      return [status, endReason];
    };
    assert.deepEqual(await state(dead), ['completed', 'connection-lost']);
    assert.deepEqual(await state(long), ['in-progress', null], 'it lasts as long as its call');
    assert.deepEqual(await state(forgotten), ['failed', 'never-started']);
    assert.deepEqual(await state(running), ['in-progress', null]);
    assert.deepEqual(await state(fresh), ['waiting', null]);
  });
});
