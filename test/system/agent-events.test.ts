import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { SampleTenant } from '../../playground/sample-tenants.ts';
import { endedExecution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

const callbackReason = 'Precio de la camioneta';
const escalation = { reason: 'lo pide', summary: 'Pregunta por un reclamo.' };

/** What the model does when it hears this: it says so, and uses a tool. */
const agrees = (match: string, tool: string, given: object) => ({
  match,
  reply: { text: 'De acuerdo.', calls: [{ name: tool, arguments: given }] },
});

/** What agents do outside of a call, and what calls cost: from the conversation to an execution in the real n8n. */
describe(
  'a Voice Agent Trigger starts on what an agent does, and on a budget',
  { concurrency: true },
  () => {
    const caller = '+56987650021';
    const triggerName = 'The Trigger';
    let playground: TestPlayground;
    let dealer: SampleTenant;
    let workflowId: string;

    before(async () => {
      playground = await sharedPlayground();
      dealer = playground.stack.tenants.find(({ slug }) => slug === 'automotora-austral')!;
      const { n8n, credentialIds } = playground.stack;
      const workflow = await n8n.createWorkflow({
        name: 'Events of agents and budgets',
        nodes: [
          {
            id: randomUUID(),
            name: triggerName,
            type: 'n8n-nodes-voice-agents.voiceAgentTrigger',
            typeVersion: 1,
            position: [0, 0],
            webhookId: randomUUID(),
            parameters: {
              mode: 'events',
              events: [
                'call.escalated',
                'callback.requested',
                'contact.opted_out',
                'budget.warning',
                'budget.exceeded',
              ],
            },
            credentials: {
              voiceSidecarApi: { id: credentialIds['voiceSidecarApi'], name: 'voiceSidecarApi' },
            },
          },
        ],
        connections: {},
        settings: {},
      });
      await n8n.publish(workflow.id, workflow.versionId);
      workflowId = workflow.id;
      await playground.simulator('PUT', '/openai/realtime/script', [
        agrees('más tarde', 'schedule_callback', { reason: callbackReason }),
        agrees('persona', 'transfer_to_human', escalation),
        agrees('no me llamen', 'opt_out', { reason: 'no quiere' }),
      ]);
    });

    /** What the trigger puts out, once it has put it out. */
    function eventOf(
      type: string,
      isOurs: (event: IDataObject) => boolean = () => true,
    ): Promise<IDataObject> {
      return eventually(
        `an execution for ${type}`,
        async () => {
          const { n8n } = playground.stack;
          for (const { id } of await n8n.executions(workflowId)) {
            const found = (await endedExecution(n8n, id)).json(triggerName);
            const event = found.find((json) => json.type === type && isOurs(json));
            if (event) return event;
          }
          return undefined;
        },
        60_000,
      );
    }

    /** A call in which the model agrees to what the caller says. */
    async function callSaying(says: string): Promise<void> {
      const { failures } = await playground.call({
        from: caller,
        to: dealer.phoneNumber,
        voice: 'es-419',
        script: [
          { do: 'wait-for-speech', matching: /inteligencia/i, timeoutMs: 30_000 },
          { do: 'wait-for-silence', ms: 900 },
          { do: 'say', text: says },
          { do: 'wait-for-speech', matching: /acuerdo/i, timeoutMs: 30_000 },
          { do: 'wait', ms: 2000 },
          { do: 'hang-up' },
        ],
      });
      assert.deepEqual(failures, []);
    }

    test('callback.requested: somebody is to be called back', async () => {
      await callSaying('Llámenme más tarde, por favor');
      // Somebody whom nobody picks up for is to be called back, too.
      const { callback, tenant } = await eventOf(
        'callback.requested',
        (event) => (event.callback as IDataObject).reason === callbackReason,
      );
      assert.equal((tenant as IDataObject).slug, dealer.slug);
      const { phoneNumber, reason: why, status } = callback as IDataObject;
      assert.deepEqual([phoneNumber, why, status], [caller, callbackReason, 'open']);
    });

    test('call.escalated: a person takes over', async () => {
      await callSaying('Con una persona, por favor');
      const { escalation: told, call } = await eventOf('call.escalated');
      assert.equal((told as IDataObject).summary, escalation.summary);
      assert.equal((call as IDataObject).pipeline, 'realtime');
    });

    test('contact.opted_out: somebody wants no more calls', async () => {
      await callSaying('No me llamen más, por favor');
      assert.equal((await eventOf('contact.opted_out')).phoneNumber, caller);
    });

    test('budget.warning and budget.exceeded: each tells how the month stands', async () => {
      const thrifty = playground.stack.tenants.find(({ slug }) => slug === 'automotora-andes')!;
      const { microUsd: spent } = await playground.sidecar<{ microUsd: number }>(
        'GET',
        `/v1/costs?tenant=${thrifty.slug}`,
      );
      // Not spent yet: otherwise the call would be declined.
      const monthlyMicroUsd = spent + 1;
      await playground.sidecar('PATCH', `/v1/tenants/${thrifty.slug}`, {
        budget: { monthlyMicroUsd, warnAtPercent: 50 },
      });
      const { failures } = await playground.call({
        from: caller,
        to: thrifty.phoneNumber,
        script: [
          { do: 'wait-for-speech', matching: /inteligencia/i, timeoutMs: 30_000 },
          { do: 'wait-for-silence', ms: 900 },
          { do: 'hang-up' },
        ],
      });
      assert.deepEqual(failures, []);
      for (const type of ['budget.warning', 'budget.exceeded']) {
        const { budget, tenant } = await eventOf(type);
        assert.equal((tenant as IDataObject).slug, thrifty.slug);
        assert.equal((budget as IDataObject).monthlyMicroUsd, monthlyMicroUsd);
      }
    });
  },
);
