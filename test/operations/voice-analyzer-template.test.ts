import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { templateNode } from './template.ts';
import { call, TwilioRig } from './twilio-voice-rest.ts';

/** The nodes of workflows/score-recordings with their own parameters, one after the other. */
const template = 'score-recordings';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start();
});
after(() => rig[Symbol.asyncDispose]());

async function step(name: string, items: INodeExecutionData[], more: IDataObject = {}) {
  const node = templateNode(template, name);
  const { error, items: results } = await rig.cloud.engine.run({
    node: node.type.split('.').at(-1) ?? '',
    parameters: { ...(node.parameters as IDataObject), ...more },
    credentials: rig.cloud.credentials,
    items: items as { json: IDataObject }[],
  });
  assert.equal(
    error,
    undefined,
    `${name}: ${String(error?.message)} ${String(error?.description)}`,
  );
  return results;
}

const greeting = 'Buenos días, le habla el asistente virtual de la automotora';
const wish = 'Quiero agendar una revisión de mi camioneta';

test('score recordings: from a recorded call to its scorecard, with both sides apart', async () => {
  const callSid = await rig.runningCall(
    `<Response><Say language="es-MX">${greeting}</Say><Pause length="60"/></Response>`,
    {
      does: 'answer',
      afterMs: 0,
      script: [
        { do: 'wait-for-speech', matching: /automotora/i, timeoutMs: 20_000 },
        { do: 'wait-for-silence', ms: 500 },
        { do: 'say', text: wish },
        { do: 'wait', ms: 500 },
        { do: 'hang-up' },
      ],
    },
  );
  const ended = rig.endOf(callSid);
  await rig.one({
    resource: 'recording',
    operation: 'start',
    callSid: call(callSid),
    recordingOptions: { channels: 'dual' },
  });
  await ended;

  rig.cloud.simulator.requests.clear();
  assert.deepEqual(await step('List the Recordings', [{ json: {} }]), []);
  const { query } = rig.last();
  const day = 24 * 3600 * 1000;
  const [from, to] = [
    Date.parse(query['DateCreated>'] ?? ''),
    Date.parse(query['DateCreated<'] ?? ''),
  ];
  assert.ok(Math.abs(to - from - day) <= 3600 * 1000, 'one day, but for a change of the clock');
  assert.ok(to <= Date.now());

  const listed = await step('List the Recordings', [{ json: {} }], { filters: {} });
  assert.deepEqual(
    listed.map(({ json }) => json.callSid),
    [callSid],
  );
  const downloaded = await step('Download', listed);
  const transcribed = await step('Transcribe', downloaded);
  const turns = transcribed[0]?.json.turns as Array<{ channel: number; text: string }>;
  assert.match(turns.find(({ channel }) => channel === 1)?.text ?? '', /agendar una revisión/i);
  assert.match(turns.find(({ channel }) => channel === 2)?.text ?? '', /asistente virtual/i);

  const [scored] = await step('Score', transcribed);
  assert.match(JSON.stringify(rig.requests.at(-1)?.body), /agendar una revisión/i);
  const { criteria } = scored?.json.quality as { criteria: IDataObject[] };
  assert.deepEqual(
    criteria.map(({ name }) => name),
    ['Presentación', 'Comprensión', 'Solución', 'Trato', 'Cierre'],
  );
  const byRules = await step('Score', transcribed, { engine: 'rules' });
  const { criteria: judged } = byRules[0]?.json.quality as { criteria: IDataObject[] };
  const [introduction] = judged;
  assert.deepEqual(
    [introduction?.score, (introduction?.evidence as IDataObject[])[0]?.turn],
    [10, turns.findIndex(({ channel }) => channel === 2)],
  );
});
