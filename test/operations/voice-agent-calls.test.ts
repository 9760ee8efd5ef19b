import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { startVoiceAgent, until, type VoiceAgent } from './voice-agent.ts';

let agent: VoiceAgent;
before(async () => {
  agent = await startVoiceAgent();
});
after(() => agent[Symbol.asyncDispose]());

const sidOf = (digit: number) => `CA${String(digit).repeat(32)}`;
const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });

/** A conversation that is going on. */
async function converse(callSid: string) {
  const { json } = await agent.done({
    resource: 'session',
    operation: 'start',
    calledNumber: '+56223334444',
    options: { callSid, from: '+56987654321', to: '+56223334444' },
  });
  const stream = await agent.openStream(
    callSid,
    { sessionId: json.sessionId, token: json.token } as IDataObject,
    ['inbound'],
  );
  const callId = String(json.callId);
  await until(
    async () => (await agent.api('GET', `/v1/calls?callSid=${callSid}`)).data as unknown[],
    (found) => found.length === 1,
  );
  return { callId, ...stream };
}

describe('session', () => {
  test('Start asks whether the call may be connected, and gives the stream its token', async () => {
    const item = { callSid: sidOf(1), from: '+56987654321', to: '+56223334444' };
    await agent.done(
      {
        resource: 'contact',
        operation: 'upsert',
        tenant: byId('andes'),
        phoneNumber: '+56987654321',
        fields: { name: 'Fernanda' },
      },
      {},
    );
    const { json, outputs, wire } = await agent.done(
      { resource: 'session', operation: 'start', calledNumber: '={{ $json.to }}' },
      { items: [{ json: item }] },
    );
    assert.deepEqual(wire, [
      {
        method: 'POST',
        path: '/v1/sessions',
        status: 200,
        body: { calledNumber: '+56223334444', direction: 'inbound', ...item },
      },
    ]);
    assert.deepEqual(json.decision, { action: 'connect', reason: 'open' });
    assert.equal(json.streamUrl, 'wss://voice.example.com/twilio/media');
    assert.equal((json.contact as IDataObject).name, 'Fernanda');
    assert.deepEqual(
      outputs.map((items) => items.length),
      [1, 0],
    );
  });

  test('Start declines a call to somebody who must not be called', async () => {
    await agent.done({
      resource: 'doNotCall',
      operation: 'add',
      scope: 'platform',
      phoneNumber: '+56911112222',
    });
    const { outputs } = await agent.done({
      resource: 'session',
      operation: 'start',
      tenantBy: 'tenant',
      tenant: byId('andes'),
      direction: 'outbound',
      options: { to: '+56911112222' },
    });
    assert.equal(outputs[0]?.length, 0);
    assert.deepEqual(outputs[1]?.[0]?.json.decision, {
      action: 'decline',
      reason: 'do-not-call',
      message: null,
    });
  });
});

test('without a project of OpenAI, SIP tells what the sidecar lacks', async () => {
  const session = { resource: 'session', tenantBy: 'tenant', tenant: byId('andes') };
  const refused = [
    await agent.run({ ...session, operation: 'start', transport: 'sip' }),
    await agent.run({ ...session, operation: 'answerSipCall', openAiCallId: 'rtc_1' }),
  ];
  for (const { error } of refused) {
    assert.equal(error?.message, 'The voice sidecar takes no calls over SIP');
    assert.match(error.description ?? '', /OPENAI_PROJECT_ID/);
  }
});

describe('call', () => {
  let callId: string;

  test('Get reads a conversation with its transcript', async () => {
    const callSid = sidOf(2);
    const conversation = await converse(callSid);
    ({ callId } = conversation);
    await conversation.stop();
    await until(
      async () => (await agent.api('GET', `/v1/calls/${callId}`)).status,
      (status) => status === 'completed',
    );
    const { json, wire } = await agent.done({
      resource: 'call',
      operation: 'get',
      callId: byId(callSid),
    });
    assert.deepEqual(wire, [{ method: 'GET', path: `/v1/calls/${callSid}`, status: 200 }]);
    assert.equal(json.id, callId);
    assert.equal(json.status, 'completed');
    assert.equal(typeof json.transcript, 'string');
    assert.deepEqual([json.metadata, json.analysis], [{}, null]);
  });

  test('Update keeps metadata and an analysis with it', async () => {
    const analysis = { sentiment: 'positive', nextSteps: ['llamar el martes'] };
    const { json, wire } = await agent.done(
      {
        resource: 'call',
        operation: 'update',
        callId: '={{ $json.id }}',
        updateFields: { metadata: '{"campaign": "otoño"}', analysis: '={{ $json.analysis }}' },
      },
      { items: [{ json: { id: callId, analysis } }] },
    );
    assert.deepEqual(wire, [
      {
        method: 'PATCH',
        path: `/v1/calls/${callId}`,
        status: 200,
        body: { metadata: { campaign: 'otoño' }, analysis },
      },
    ]);
    assert.deepEqual([json.metadata, json.analysis], [{ campaign: 'otoño' }, analysis]);
    const removed = await agent.done({
      resource: 'call',
      operation: 'update',
      callId: byId(callId),
      updateFields: { metadata: { campaign: null, score: 3 }, analysis: 'null' },
    });
    assert.deepEqual([removed.json.metadata, removed.json.analysis], [{ score: 3 }, null]);
  });

  test('Update tells what is wrong with its fields', async () => {
    const update = (updateFields: IDataObject) =>
      agent.run({ resource: 'call', operation: 'update', callId: byId(callId), updateFields });
    const nothing = await update({});
    assert.equal(nothing.error?.message, 'There is nothing to update');
    assert.deepEqual(nothing.wire, []);
    const broken = await update({ metadata: '{"campaign": ' });
    assert.equal(broken.error?.message, 'The field Metadata is no JSON object');
    const list = await update({ analysis: '[1]' });
    assert.equal(list.error?.message, 'The field Analysis is no JSON object');
    const large = await update({ metadata: { a: 'x'.repeat(17_000) } });
    assert.match(large.error?.description ?? '', /metadata: must be at most 16 KB/);
  });

  test('Get Many lists and filters, all or some', async () => {
    const list = async (parameters: IDataObject) => {
      const { items, wire } = await agent.done({
        resource: 'call',
        operation: 'getMany',
        ...parameters,
      });
      return { ids: items.map(({ json }) => json.id), wire };
    };
    const completed = await list({ returnAll: true, filters: { status: 'completed' } });
    assert.deepEqual(completed.ids, [callId]);
    assert.deepEqual(completed.wire[0]?.query, { status: 'completed', limit: '200' });
    assert.deepEqual((await list({ limit: 1, filters: { direction: 'outbound' } })).ids, []);
  });

  test('End hangs up a conversation that is going on, and no other', async () => {
    const conversation = await converse(sidOf(3));
    const ended = await agent.done({
      resource: 'call',
      operation: 'end',
      callId: byId(conversation.callId),
    });
    assert.deepEqual(ended.wire, [
      { method: 'POST', path: `/v1/calls/${conversation.callId}/end`, status: 202 },
    ]);
    assert.equal(ended.json.id, conversation.callId);
    await conversation.closed;
    await until(
      async () => await agent.api('GET', `/v1/calls/${conversation.callId}`),
      ({ endReason }) => endReason === 'ended-by-request',
    );
    const again = await agent.run({ resource: 'call', operation: 'end', callId: byId(callId) });
    assert.equal(again.error?.message, 'The conversation has ended already');
    const unknown = await agent.run({ resource: 'call', operation: 'end', callId: byId('CA1') });
    assert.equal(unknown.error?.message, 'The voice sidecar knows no such call');
  });

  test('the list of calls offers them with who called whom', async () => {
    const [newest, oldest] = await agent.search('searchCalls');
    assert.match(String(newest?.name), /^\+56987654321 → \+56223334444 · completed · 2\d{3}-/);
    assert.equal(oldest?.value, callId);
    assert.deepEqual(await agent.search('searchCalls', {}, '+34'), []);
  });
});

describe('transcription', () => {
  let transcriptionId: string;

  test('Get reads what was said so far', async () => {
    const callSid = sidOf(4);
    const ticket = await agent.api('POST', '/v1/transcriptions', {
      callSid,
      tenant: 'andes',
      metadata: { agente: 'Marcela' },
    });
    transcriptionId = String(ticket.transcriptionId);
    const opened = agent.stt.streams.length;
    const stream = await agent.openStream(callSid, { transcriptionId, token: ticket.token }, [
      'inbound',
      'outbound',
    ]);
    await until(
      () => Promise.resolve(agent.stt.streams.length),
      (count) => count === opened + 2,
    );
    const [caller, other] = agent.stt.streams.slice(opened);
    other?.final('Sí, llegó ayer.', { endMs: 0 });
    caller?.final('¿Tienen el modelo nuevo?', { endMs: 0 });
    await stream.stop();
    await until(
      async () => (await agent.api('GET', `/v1/transcriptions/${transcriptionId}`)).status,
      (status) => status === 'completed',
    );
    const { json, wire } = await agent.done({
      resource: 'transcription',
      operation: 'get',
      transcriptionId: byId(transcriptionId),
    });
    assert.deepEqual(wire, [
      { method: 'GET', path: `/v1/transcriptions/${transcriptionId}`, status: 200 },
    ]);
    assert.equal(json.transcript, 'outbound: Sí, llegó ayer.\ninbound: ¿Tienen el modelo nuevo?');
    assert.deepEqual(json.metadata, { agente: 'Marcela' });
    assert.equal((json.utterances as unknown[]).length, 2);
  });

  test('Get Many lists them', async () => {
    const { items, wire } = await agent.done({
      resource: 'transcription',
      operation: 'getMany',
      tenant: byId('andes'),
      filters: { status: 'completed', callSid: sidOf(4) },
    });
    assert.deepEqual(wire[0]?.query, {
      tenant: 'andes',
      status: 'completed',
      callSid: sidOf(4),
      limit: '50',
    });
    assert.deepEqual(
      items.map(({ json }) => json.id),
      [transcriptionId],
    );
    const [offered] = await agent.search('searchTranscriptions');
    assert.equal(offered?.value, transcriptionId);
  });

  test('Get tells that there is none', async () => {
    const { error } = await agent.run({
      resource: 'transcription',
      operation: 'get',
      transcriptionId: byId('none'),
    });
    assert.match(error?.description ?? '', /No such transcription/);
  });
});
