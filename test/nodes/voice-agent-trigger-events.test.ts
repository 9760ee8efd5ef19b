import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { receive } from './voice-agent-webhook.ts';

const timestamp = '2026-11-21T12:00:00.000Z';

const others: Array<[type: string, data: IDataObject]> = [
  [
    'call.escalated',
    {
      call: { id: 'c1', turns: [{ role: 'caller', text: 'Con una persona, por favor' }] },
      escalation: {
        reason: 'caller-asked',
        summary: 'Quiere un auto.',
        phoneNumber: '+56221230000',
      },
    },
  ],
  [
    'callback.requested',
    { callback: { id: 'cb1', phoneNumber: '+56912345678', dueAt: '2026-11-21T15:00:00.000Z' } },
  ],
  ['contact.opted_out', { phoneNumber: '+56912345678', callId: 'c1', reason: 'No me llamen.' }],
  ['budget.warning', { budget: { monthlyMicroUsd: 50_000_000, spentMicroUsd: 40_000_000 } }],
  ['budget.exceeded', { budget: { monthlyMicroUsd: 50_000_000, spentMicroUsd: 50_000_001 } }],
];
for (const [type, data] of others) {
  test(`hands on ${type} with what it is about`, async () => {
    const tenant = { slug: 'automotora-andes' };
    const message = { type, timestamp, data: { tenant, ...data } };
    const { json } = await receive(message, { events: [type] }, { id: `evt-${type}` });
    assert.deepEqual(json, {
      eventId: `evt-${type}`,
      type,
      timestamp,
      tenant,
      call: null,
      transcript: type === 'call.escalated' ? 'caller: Con una persona, por favor' : '',
      ...data,
    });
  });
}
