import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { CallEndReason } from '../../call/ports.ts';
import { fakeSession, fakeTenant } from '../../call/testing/fake-session.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import type { Tenant } from '../tenants/schema.ts';
import { createClaimedSession, createTenant } from '../testing/fixtures.ts';
import { testDomain } from '../testing/test-domain.ts';
import type { Calls } from './calls.ts';

const number = '+56229876543';

onEachDatabase('what is known of a phone call that another replica had', (database) => {
  let tenant: Tenant;
  let calls: Calls;
  let sids = 0;
  let callSid: string;
  let callId: string;

  before(async () => {
    tenant = await createTenant(database());
    calls = testDomain(database()).calls;
  });
  beforeEach(async () => {
    sids += 1;
    callSid = `CA${String(sids).padStart(32, '0')}`;
    callId = await createClaimedSession(database(), tenant.id, callSid);
  });

  /** The call as a replica leaves it behind. */
  async function leave(reason: CallEndReason | undefined, summary?: string): Promise<void> {
    const { actions, recorder } = testDomain(database());
    const ids = { callId, tenantId: tenant.id };
    recorder.callStarted({ ...ids, startedAtMs: 1000 });
    if (reason === 'transferred') {
      const { id, slug, name } = tenant;
      const profile = fakeTenant({ id, slug, name, escalationNumber: number });
      const session = fakeSession({ callId, tenant: profile });
      actions.escalated(session, summary === undefined ? {} : { summary });
    }
    if (reason !== undefined) {
      const frames = { framesReceived: 1, framesLost: 0, framesSent: 1 };
      recorder.callEnded({ ...ids, endedAtMs: 9000, reason, ...frames });
    }
    await recorder.flush();
  }

  test('after a transfer: whom to dial, from which number, and what to whisper', async () => {
    await leave('transferred', 'Es urgente.');
    const { status, transfer } = (await calls.ofPhoneCall(callSid)) ?? {};
    assert.equal(status, 'completed');
    assert.deepEqual(transfer, {
      call: {
        callId,
        direction: 'inbound',
        from: '+56912345678',
        to: '+56221234567',
        tenant: {
          id: tenant.id,
          slug: tenant.slug,
          name: tenant.name,
          timezone: tenant.timezone,
          language: tenant.language,
          escalationNumber: number,
        },
      },
      summary: 'Es urgente.',
    });
  });

  test('a transfer without a summary has none', async () => {
    await leave('transferred');
    const { transfer } = (await calls.ofPhoneCall(callSid)) ?? {};
    assert.equal(transfer?.summary, undefined);
    assert.equal(transfer?.call.tenant.escalationNumber, number);
  });

  test('any other end transfers nobody', async () => {
    await leave('agent-hung-up');
    assert.deepEqual(await calls.ofPhoneCall(callSid), {
      status: 'completed',
      endReason: 'agent-hung-up',
      language: tenant.language,
    });
  });

  test('a call that is not there is unknown', async () => {
    assert.equal(await calls.ofPhoneCall(`CA${'f'.repeat(32)}`), undefined);
  });
});
