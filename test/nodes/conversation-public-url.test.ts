import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { executeContext } from './contexts.ts';
import { instance } from './package.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
const callSid = `CA${'a'.repeat(32)}`;

const trigger = (name: string, publicUrl?: string) => ({
  name,
  type: 'n8n-nodes-voice-agents.twilioVoiceTrigger',
  parameters: {
    responseMode: 'conversation',
    options: publicUrl === undefined ? {} : { publicUrl },
  },
});

/** The origin that Twilio is told to come back to, in an execution that the named trigger has started. */
async function originOf(parents: ReturnType<typeof trigger>[], startedBy: string) {
  const mock = executeContext({
    description: node.description,
    parameters: { resource: 'conversation', operation: 'pause', seconds: 1 },
    items: [{ event: 'incomingCall', callSid }],
    parents,
  });
  // Not the first node of the call: Twilio has been asked to tell its end.
  const twilioVoice = { step: 1, callSid, isArmed: true, armFailures: 0 };
  const contexts: Record<string, IDataObject> = { flow: { twilioVoice }, node: {} };
  const evaluated: Record<string, string> = {
    '{{ $execution.resumeUrl }}': 'https://n8n.example.com/webhook-waiting/42?signature=abc',
    '{{ $vars.publicUrl }}': 'https://calls.example.org/',
  };
  const context = Object.assign({}, mock.context as object, {
    getContext: (type: string) => contexts[type],
    getChildNodes: () => [],
    getWorkflowDataProxy: () => ({ $: (name: string) => ({ isExecuted: name === startedBy }) }),
    evaluateExpression: (expression: string) => evaluated[expression] ?? assert.fail(expression),
    getExecuteData: () => ({}),
    setMetadata: () => undefined,
    putExecutionToWait: async () => undefined,
  });
  await node.execute?.call(context as never);
  const { body } = mock.responses[0] as { body: string };
  return new URL(/<Redirect[^>]*>([^<]*)</.exec(body)?.[1] ?? assert.fail(body)).origin;
}

test('a waiting execution is reached as the trigger is that started it', async () => {
  const both = [
    trigger('Chile', 'https://cl.example.org'),
    trigger('Peru', 'https://pe.example.org'),
  ];
  assert.equal(await originOf(both, 'Chile'), 'https://cl.example.org');
  assert.equal(await originOf(both, 'Peru'), 'https://pe.example.org');
  const one = [trigger('Chile', 'https://cl.example.org'), trigger('Peru')];
  assert.equal(await originOf(one, 'Peru'), 'https://n8n.example.com');
});

test('a public URL that is an expression holds for the waiting execution, too', async () => {
  const written = trigger('Chile', '={{ $vars.publicUrl }}');
  assert.equal(await originOf([written], 'Chile'), 'https://calls.example.org');
});
