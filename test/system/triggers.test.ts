import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { endedExecution, type Execution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

/** Each event of each trigger, from the network through the real n8n to an execution. */
describe('triggers start an execution for each of their events', () => {
  let playground: TestPlayground;
  before(async () => {
    playground = await sharedPlayground();
  });

  const triggerName = 'The Trigger';

  /** Publishes a workflow of one trigger; returns its id and the path of its webhook. */
  async function publish(
    node: string,
    parameters: IDataObject,
  ): Promise<{ id: string; webhookId: string }> {
    const { n8n, credentialIds } = playground.stack;
    const webhookId = randomUUID();
    const workflow = await n8n.createWorkflow({
      name: `Events of ${node}`,
      nodes: [
        {
          id: randomUUID(),
          name: triggerName,
          type: `n8n-nodes-voice-agents.${node}`,
          typeVersion: 1,
          position: [0, 0],
          webhookId,
          parameters,
          credentials: Object.fromEntries(
            Object.entries(credentialIds).map(([type, id]) => [type, { id, name: type }]),
          ),
        },
      ],
      connections: {},
      settings: {},
    });
    await n8n.publish(workflow.id, workflow.versionId);
    return { id: workflow.id, webhookId };
  }

  /** Waits until the workflow ran for all of these events, and returns what the trigger put out. */
  async function executionsOf(
    id: string,
    wanted: readonly string[],
    isOurs: (event: IDataObject) => boolean = () => true,
  ): Promise<Map<string, IDataObject>> {
    const read = new Map<string, Execution>();
    return eventually(
      `executions for ${wanted.join(', ')}`,
      async () => {
        const { n8n } = playground.stack;
        for (const { id: execution } of await n8n.executions(id)) {
          if (!read.has(execution)) read.set(execution, await endedExecution(n8n, execution));
        }
        const outputs = [...read.values()].flatMap((execution) =>
          [0, 1, 2, 3, 4, 5].flatMap((output) => execution.json(triggerName, output)),
        );
        const byEvent = new Map(
          outputs.filter(isOurs).map((json) => [String(json.event ?? json.type), json]),
        );
        return wanted.every((event) => byEvent.has(event)) ? byEvent : undefined;
      },
      60_000,
    );
  }

  const answering = (phone: string, script: object[]) =>
    playground.simulator('PUT', `/telephones/${encodeURIComponent(phone)}`, {
      does: 'answer',
      afterMs: 100,
      script,
    });

  const untilTheEnd = { do: 'wait-for-end', timeoutMs: 60_000 };

  test('Twilio Voice Trigger', async () => {
    const number = '+56221234510';
    const phone = '+56987650010';
    await playground.simulator('POST', '/numbers', {
      accountSid: playground.stack.secrets.accountSid,
      phoneNumber: number,
    });
    const events = [
      'incomingCall',
      'callStatus',
      'messageRecorded',
      'recordingReady',
      'answeringMachine',
      'streamStatus',
    ];
    const { id, webhookId } = await publish('twilioVoiceTrigger', {
      events,
      manageWebhook: true,
      phoneNumbers: [number],
      responseMode: 'onReceived',
      staticAnswer: 'record',
    });
    const address = `${playground.stack.urls.n8n}/webhook/${webhookId}/voice`;
    const { failures } = await playground.call({
      from: phone,
      to: number,
      script: [
        { do: 'wait-for-speech', matching: /mensaje/, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 1500 },
        { do: 'say', text: 'Llámenme, por favor' },
        { do: 'wait', ms: 500 },
        { do: 'hang-up' },
      ],
    });
    assert.deepEqual(failures, []);

    await answering(phone, [{ do: 'say', text: 'Aló, buenas tardes' }, untilTheEnd]);
    const call = await playground.twilio('/Calls.json', [
      ['From', number],
      ['To', phone],
      [
        'Twiml',
        `<Response><Start><Stream url="wss://localhost:1/nobody" statusCallback="${address}?event=stream"/></Start><Pause length="8"/></Response>`,
      ],
      ['Record', 'true'],
      ['RecordingStatusCallback', `${address}?event=recording`],
      ['MachineDetection', 'Enable'],
      ['AsyncAmd', 'true'],
      ['AsyncAmdStatusCallback', `${address}?event=amd`],
      ['StatusCallback', `${address}?event=status`],
    ]);
    const byEvent = await executionsOf(id, events);
    assert.equal(byEvent.get('incomingCall')?.from, phone);
    assert.match(String(byEvent.get('messageRecorded')?.recordingSid), /^RE/);
    assert.equal(byEvent.get('answeringMachine')?.callSid, call.sid);
    assert.equal(byEvent.get('answeringMachine')?.answeredBy, 'human');
    assert.equal(byEvent.get('recordingReady')?.recordingStatus, 'completed');
    assert.equal(byEvent.get('streamStatus')?.callSid, call.sid);
  });

  test('Voice Agent Trigger: a conversation, and one that breaks', async () => {
    const [dealer] = playground.stack.tenants;
    assert.ok(dealer);
    const events = ['call.started', 'call.turn', 'call.completed', 'call.failed'];
    const { id } = await publish('voiceAgentTrigger', { mode: 'events', events });
    const greeted = {
      do: 'wait-for-speech',
      matching: /inteligencia artificial/,
      timeoutMs: 30_000,
    };
    const calling = (script: object[]) =>
      playground.call({ from: '+56987650011', to: dealer.phoneNumber, script: script as never });
    await calling([
      greeted,
      { do: 'wait-for-silence', ms: 700 },
      { do: 'say', text: '¿Dónde están ubicados?' },
      { do: 'wait-for-speech', matching: /avenida/i, timeoutMs: 30_000 },
      { do: 'hang-up' },
    ]);
    await playground.simulator('PATCH', '/faults', {
      speech: { failNext: { code: 3, message: 'bad config', count: 1000 } },
    });
    await calling([untilTheEnd]);
    await playground.simulator('DELETE', '/faults');
    const byEvent = await executionsOf(
      id,
      events,
      ({ tenant }) => (tenant as IDataObject).slug === dealer.slug,
    );
    assert.equal((byEvent.get('call.failed')?.call as IDataObject).status, 'failed');
  });

  test('Voice Agent Trigger: a live transcription, and one that breaks', async () => {
    const [dealer] = playground.stack.tenants;
    assert.ok(dealer);
    const phone = '+56987650012';
    const events = [
      'transcription.started',
      'transcription.utterance',
      'transcription.completed',
      'transcription.failed',
    ];
    const { id } = await publish('voiceAgentTrigger', { mode: 'events', events });

    async function transcribedCall(): Promise<string> {
      await answering(phone, [
        { do: 'wait', ms: 2500 },
        { do: 'say', text: 'Necesito cambiar los neumáticos de mi camioneta' },
        untilTheEnd,
      ]);
      const { sid } = await playground.twilio('/Calls.json', [
        ['From', dealer?.phoneNumber ?? ''],
        ['To', phone],
        ['Twiml', '<Response><Pause length="10"/></Response>'],
      ]);
      await eventually('the phone is picked up', async () => {
        const { status } = await playground.simulator<{ status: string }>(
          'GET',
          `/calls/${String(sid)}`,
        );
        return status === 'in-progress' ? true : undefined;
      });
      const started = await playground.sidecar<Record<string, string>>(
        'POST',
        '/v1/transcriptions',
        { callSid: sid, tenant: dealer?.slug, track: 'both' },
      );
      await playground.twilio(`/Calls/${String(sid)}/Streams.json`, [
        ['Url', started.streamUrl ?? ''],
        ['Name', started.transcriptionId ?? ''],
        ['Track', started.track ?? ''],
        ['Parameter1.Name', 'transcriptionId'],
        ['Parameter1.Value', started.transcriptionId ?? ''],
        ['Parameter2.Name', 'token'],
        ['Parameter2.Value', started.token ?? ''],
      ]);
      return String(sid);
    }

    const callSid = await transcribedCall();
    await executionsOf(id, ['transcription.completed']);
    await playground.simulator('PATCH', '/faults', {
      speech: { failNext: { code: 3, message: 'bad config', count: 1000 } },
    });
    await transcribedCall();
    const byEvent = await executionsOf(id, events);
    await playground.simulator('DELETE', '/faults');
    const { utterance, transcription } = byEvent.get('transcription.utterance') as {
      utterance: { text: string };
      transcription: { callSid: string };
    };
    assert.match(utterance.text, /neumáticos/i);
    assert.equal(transcription.callSid, callSid);
  });

  test('OpenAI Realtime Trigger', async () => {
    const { id, webhookId } = await publish('openAiRealtimeTrigger', {
      events: ['realtime.call.incoming'],
    });
    const { urls, secrets } = playground.stack;
    await playground.simulator('PUT', '/openai/webhooks', [
      { url: `${urls.n8n}/webhook/${webhookId}/openai`, secret: secrets.openAiWebhookSecret },
    ]);
    const statuses = async (): Promise<number[]> => {
      const { data } = await playground.simulator<{ data: { status: number }[] }>(
        'GET',
        '/openai/deliveries',
      );
      return data.map(({ status }) => status);
    };
    const before = (await statuses()).length;
    const { callId } = await playground.simulator<{ callId: string }>('POST', '/openai/calls', {
      from: '+56987650013',
      to: 'proj_tests',
      headers: { 'X-Tenant': 'automotora-andes' },
    });
    const json = (await executionsOf(id, ['realtime.call.incoming'])).get('realtime.call.incoming');
    assert.equal(json?.callId, callId);
    assert.deepEqual(json?.customHeaders, { 'x-tenant': 'automotora-andes' });
    assert.deepEqual((await statuses()).slice(before), [204]);
  });
});
