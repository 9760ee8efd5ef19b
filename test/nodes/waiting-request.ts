import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';

import type { IDataObject, INodeType, IWebhookResponseData } from 'n8n-workflow';

import { webhookContext, type Answer } from './contexts.ts';
import { instance } from './package.ts';
import { form } from './twilio-signature.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
export const address = 'https://n8n.example.com/webhook-waiting/42/call';

const question = {
  expected: { type: 'number', min: 1, max: 5, wholeOnly: true },
  language: 'es-CL',
  maxAttempts: 3,
  minConfidence: 0.3,
  prompt: { kind: 'say', text: '¿Qué nota?', voice: '' },
  again: { silence: null, 'not-understood': { kind: 'say', text: 'Del uno al cinco.', voice: '' } },
  gather: {
    input: 'dtmf speech',
    timeoutSeconds: 5,
    speechTimeout: 'auto',
    bargeIn: true,
    profanityFilter: false,
    finishOnKey: '#',
    numDigits: 1,
  },
};

export interface Call {
  operation?: string;
  query?: Record<string, string>;
  params?: Record<string, string>;
  url?: string;
  token?: string;
  fragment?: string;
  executionId?: string;
  name?: string;
  /** Twilio's REST API. */
  answer?: Answer;
}

const waitingFor = (operation: string): IDataObject => ({
  operation,
  step: 3,
  address,
  token: 'abc',
  document: '<Response><Say>now</Say></Response>',
  item: { callSid: 'CA1', order: 7 },
  since: '2026-03-02T15:00:00.400Z',
  ...(operation === 'ask' ? { question } : {}),
});

/** Twilio's request, to an execution that waits at the operation. */
export async function request(call: Call) {
  const { operation = 'ask', query = { event: 'result', step: '3' }, params = {} } = call;
  const search = `?${new URLSearchParams({ signature: 'abc', ...query }).toString()}`;
  const sent = form(
    search + (call.fragment ?? ''),
    { CallStatus: 'in-progress', ...params },
    {
      url: call.url ?? address,
      originalUrl: `/webhook-waiting/42/call${search}`,
      ...(call.token === undefined ? {} : { token: call.token }),
    },
  );
  return respond({ ...call, operation }, sent);
}

export async function respond(call: Call, sent: ReturnType<typeof form>) {
  const mock = webhookContext({
    description: node.description,
    parameters: { resource: 'conversation', operation: call.operation ?? 'ask' },
    ...(call.name === undefined ? {} : { name: call.name }),
    ...(call.answer === undefined ? {} : { answer: call.answer }),
    ...sent,
  });
  const asked: string[] = [];
  const context = Object.assign({}, mock.context as object, {
    getExecutionId: () => call.executionId ?? randomUUID(),
    evaluateExpression: (expression: string) => {
      asked.push(expression);
      return JSON.stringify(waitingFor(call.operation ?? 'ask'));
    },
  });
  const result = (await node.webhook?.call(context as never)) as IWebhookResponseData;
  const outputs = result.workflowData;
  return {
    result,
    asked,
    response: mock.response,
    sent: mock.sent,
    outputs: outputs?.map((items) => items.length),
    json: outputs?.flat()[0]?.json,
    item: outputs?.flat()[0],
  };
}

/** The time that the end of a call gives to the result of its last verb. */
export async function twoSeconds<T>(context: TestContext, work: () => Promise<T>): Promise<T> {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const result = work();
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(2000);
  return result;
}
