import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { templateNode } from './template.ts';
import { call, TwilioRig } from './twilio-voice-rest.ts';

/** The nodes of workflows/voicemail-to-email with their own parameters, one after the other. */
const template = 'voicemail-to-email';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start();
});
after(() => rig[Symbol.asyncDispose]());

const nodeNamed = (name: string) => templateNode(template, name);

async function step(name: string, items: INodeExecutionData[]) {
  const { type, parameters } = nodeNamed(name);
  return await rig.cloud.engine.run({
    node: type.split('.').at(-1) ?? '',
    parameters: parameters as IDataObject,
    credentials: rig.cloud.credentials,
    items: items as { json: IDataObject }[],
    continueOnFail: nodeNamed(name).onError === 'continueRegularOutput',
  });
}

const message = 'Hola, quiero una hora para la mantención de los diez mil kilómetros';

test('voicemail: from the message to its text, with the recording for the e-mail', async () => {
  const callSid = await rig.runningCall('<Response><Pause length="60"/></Response>', {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait', ms: 1000 },
      { do: 'say', text: message },
      { do: 'wait', ms: 500 },
      { do: 'hang-up' },
    ],
  });
  const ended = rig.endOf(callSid);
  const { json } = await rig.one({
    resource: 'recording',
    operation: 'start',
    callSid: call(callSid),
  });
  await ended;

  const downloaded = await step('Download', [{ json: { recordingSid: json.recordingSid ?? '' } }]);
  assert.equal(downloaded.error, undefined);
  const { items, error } = await step('Transcribe', downloaded.items);
  assert.equal(error, undefined);
  assert.match(String(items[0]?.json.text), /mantención de los diez mil/i);
  const { fileAttachments } = nodeNamed('Send the Message').parameters.options as IDataObject;
  const attached = items[0]?.binary?.[String(fileAttachments)];
  assert.equal(attached?.fileName, `${String(json.recordingSid)}.wav`);
});

test('voicemail: what cannot be written down goes on to the e-mail, with the reason', async () => {
  const silence = rig.cloud.engine.binary(Buffer.from('<html>'), 'audio/wav', 'message.wav');
  const { items, error } = await step('Transcribe', [{ json: {}, binary: { data: silence } }]);
  assert.equal(error, undefined);
  assert.match(String(items[0]?.json.error), /no audio but text/);
  assert.match(String(nodeNamed('Send the Message').parameters.text), /\$json\.error/);
});
