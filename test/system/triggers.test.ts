import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { SampleTenant } from '../../playground/sample-tenants.ts';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';
import { endedExecution, type Execution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

/** Each event of each trigger, from the network through the real n8n to an execution. */
describe('triggers start an execution for each of their events', () => {
  let playground: TestPlayground;
  let dealer: SampleTenant;
  /** Workflows with what an agent tells of its calls, and of its transcriptions. */
  let ofCalls: string;
  let ofTranscriptions: string;

  before(async () => {
    playground = await sharedPlayground();
    dealer = playground.stack.tenants[0]!;
    const publishAgent = async (events: readonly string[]): Promise<string> =>
      (await publish('voiceAgentTrigger', { mode: 'events', events })).id;
    [ofCalls, ofTranscriptions] = await Promise.all([
      publishAgent(['call.started', 'call.turn', 'call.completed', 'call.failed']),
      publishAgent([
        'transcription.started',
        'transcription.utterance',
        'transcription.completed',
        'transcription.failed',
      ]),
    ]);
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

  const untilTheEnd = { do: 'wait-for-end', timeoutMs: 60_000 } as const;

  const callDealer = (script: DialInput['script']): Promise<CallerReport> =>
    playground.call({ from: '+56987650011', to: dealer.phoneNumber, script });

  const isOfDealer = ({ tenant }: IDataObject): boolean =>
    (tenant as IDataObject).slug === dealer.slug;

  /** Somebody picks up, and is written down; resolves with the call's SID, while it goes on. */
  async function transcribedCall(): Promise<string> {
    const phone = '+56987650012';
    await answering(phone, [
      { do: 'wait', ms: 2500 },
      { do: 'say', text: 'Necesito cambiar los neumáticos de mi camioneta' },
      untilTheEnd,
    ]);
    const { sid } = await playground.twilio('/Calls.json', [
      ['From', dealer.phoneNumber],
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
    const started = await playground.sidecar<Record<string, string>>('POST', '/v1/transcriptions', {
      callSid: sid,
      tenant: dealer.slug,
      track: 'both',
    });
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

  // Each has numbers, telephones and a workflow of its own.
  describe('while nothing breaks', { concurrency: true }, () => {
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
      const calling = playground.call({
        from: '+56987650014',
        to: number,
        script: [
          { do: 'wait-for-speech', matching: /mensaje/, timeoutMs: 30_000 },
          { do: 'wait-for-silence', ms: 1500 },
          { do: 'say', text: 'Llámenme, por favor' },
          { do: 'wait', ms: 500 },
          { do: 'hang-up' },
        ],
      });
      // Meanwhile the number calls somebody else.
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
      assert.deepEqual((await calling).failures, []);
      const byEvent = await executionsOf(id, events);
      assert.equal(byEvent.get('incomingCall')?.from, '+56987650014');
      assert.match(String(byEvent.get('messageRecorded')?.recordingSid), /^RE/);
      assert.equal(byEvent.get('answeringMachine')?.callSid, call.sid);
      assert.equal(byEvent.get('answeringMachine')?.answeredBy, 'human');
      assert.equal(byEvent.get('recordingReady')?.recordingStatus, 'completed');
      assert.equal(byEvent.get('streamStatus')?.callSid, call.sid);
    });

    test('Voice Agent Trigger: a conversation', async () => {
      await callDealer([
        { do: 'wait-for-speech', matching: /inteligencia artificial/, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 700 },
        { do: 'say', text: '¿Dónde están ubicados?' },
        { do: 'wait-for-speech', matching: /avenida/i, timeoutMs: 30_000 },
        { do: 'hang-up' },
      ]);
      await executionsOf(ofCalls, ['call.started', 'call.turn', 'call.completed'], isOfDealer);
    });

    test('Voice Agent Trigger: a live transcription', async () => {
      const callSid = await transcribedCall();
      const byEvent = await executionsOf(ofTranscriptions, [
        'transcription.started',
        'transcription.utterance',
        'transcription.completed',
      ]);
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
      const json = (await executionsOf(id, ['realtime.call.incoming'])).get(
        'realtime.call.incoming',
      );
      assert.equal(json?.callId, callId);
      assert.deepEqual(json?.customHeaders, { 'x-tenant': 'automotora-andes' });
      assert.deepEqual((await statuses()).slice(before), [204]);
    });
  });

  // Nobody on the whole stack is understood meanwhile: not at the same time as the calls above.
  describe('while Speech-to-Text breaks', { concurrency: true }, () => {
    before(() =>
      playground.simulator('PATCH', '/faults', {
        speech: { failNext: { code: 3, message: 'bad config', count: 1000 } },
      }),
    );
    after(() => playground.simulator('DELETE', '/faults'));

    test('Voice Agent Trigger: a conversation that breaks', async () => {
      await callDealer([untilTheEnd]);
      const byEvent = await executionsOf(ofCalls, ['call.failed'], isOfDealer);
      assert.equal((byEvent.get('call.failed')?.call as IDataObject).status, 'failed');
    });

    test('Voice Agent Trigger: a live transcription that breaks', async () => {
      await transcribedCall();
      await executionsOf(ofTranscriptions, ['transcription.failed']);
    });
  });
});
