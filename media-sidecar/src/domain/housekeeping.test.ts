import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Calls } from './calls/calls.ts';
import { Housekeeping } from './housekeeping.ts';
import { Tenants } from './tenants/tenants.ts';
import { transcriptionRequestSchema } from './transcriptions/schema.ts';
import { Transcriptions } from './transcriptions/transcriptions.ts';
import { StoredTranscriptionRecorder } from './transcriptions/transcription-recorder.ts';
import {
  callRecorder,
  createClaimedSession,
  createTenant,
  notLive,
  platform,
  silentPublisher,
} from './testing/fixtures.ts';

onEachDatabase('housekeeping', (database) => {
  test('closes calls whose process died, and removes old sessions', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const recorder = callRecorder(db);
    const publisher = silentPublisher;
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

  test('ends transcriptions that never began, and those whose process died', async () => {
    const db = database();
    const tenant = await createTenant(db);
    const publisher = silentPublisher;
    const calls = callRecorder(db);
    const recorder = new StoredTranscriptionRecorder({ db, publisher, logger: silentLogger });
    const clock = new VirtualClock(Date.now());
    const transcriptions = new Transcriptions({
      db,
      tenants: new Tenants(db),
      recorder,
      clock,
      admission: () => 'open',
      stopHere: () => false,
      urls: { stream: 'wss://v/m', streamStatus: 'https://v/s' },
    });
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
      recorder.started({ ...about, startedAtMs: clock.nowMs() });
      await recorder.flush();
      return transcriptionId;
    };
    const dead = await begin();
    clock.advance(24 * 3_600_000);
    const { transcriptionId: forgotten } = await issue();
    clock.advance(3_600_000);
    const running = await begin();
    const { transcriptionId: fresh } = await issue();

    await new Housekeeping(db, { calls, transcriptions: recorder }, clock).tidyUp();
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
