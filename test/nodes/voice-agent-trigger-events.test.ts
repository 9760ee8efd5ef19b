import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { receive, registered } from './voice-agent-webhook.ts';

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

test('the test of a published workflow and the workflow itself both get an event, each once', async () => {
  const message = { type: 'call.completed', timestamp, data: { call: { id: 'c1' } } };
  const id = randomUUID();
  const runs = [
    { mode: 'manual', staticData: registered() },
    { mode: 'webhook', staticData: registered() },
  ] as const;
  for (const { mode, staticData } of runs) {
    const { json } = await receive(message, {}, { id, mode }, staticData);
    assert.equal(json?.eventId, id, mode);
  }
  for (const { mode, staticData } of runs) {
    const again = await receive(message, {}, { id, mode }, staticData);
    assert.deepEqual([again.response.statusCode, again.json], [204, undefined], mode);
    // The memory of the process knows it too.
    const forgotten = await receive(message, {}, { id, mode }, registered());
    assert.equal(forgotten.json, undefined, mode);
  }
});
