import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

import type { IDataObject, INodeType, IWebhookResponseData } from 'n8n-workflow';

import { webhookContext } from './contexts.ts';
import { instance } from './package.ts';

// The signing side is another implementation than ours: the reference library of the standard.
export const { Webhook } = createRequire(import.meta.url)(
  'standardwebhooks',
) as typeof import('standardwebhooks');

export const node = instance<INodeType>('nodes/VoiceAgent/VoiceAgentTrigger.node');
export const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;
export const registered = () => ({
  registration: { kind: 'subscriptions', id: 'sub1', secret, request: '' },
});

export interface Delivery {
  id?: string;
  at?: Date;
  secret?: string;
  headers?: Record<string, string>;
  rawBody?: string;
}

/** One delivery of the sidecar to the trigger. */
export async function receive(
  message: IDataObject,
  parameters: IDataObject = {},
  { id = randomUUID(), at = new Date(), secret: key = secret, headers, rawBody }: Delivery = {},
  staticData: IDataObject = registered(),
) {
  const body = JSON.stringify(message);
  const mock = webhookContext({
    description: node.description,
    parameters,
    staticData,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
      ...headers,
    },
    rawBody: rawBody ?? body,
    originalUrl: '/webhook/id/agent',
  });
  const result = (await node.webhook?.call(mock.context)) as IWebhookResponseData;
  return { ...mock, result, json: result.workflowData?.[0]?.[0]?.json };
}
