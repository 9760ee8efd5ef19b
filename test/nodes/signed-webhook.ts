import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

import type { INodeType, IWebhookResponseData } from 'n8n-workflow';

import { webhookContext, type WebhookOptions } from './contexts.ts';

// The signing side is another implementation than ours: the reference library of the standard.
export const { Webhook } = createRequire(import.meta.url)(
  'standardwebhooks',
) as typeof import('standardwebhooks');

export const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;

/** What is unusual about a delivery. */
export interface Delivery {
  id?: string;
  at?: Date;
  secret?: string;
  headers?: Record<string, string>;
  rawBody?: string;
  mode?: WebhookOptions['mode'];
}

/** One signed delivery to a trigger. */
export async function deliver(
  node: INodeType,
  message: unknown,
  { id = randomUUID(), at = new Date(), secret: key = secret, headers, rawBody, mode }: Delivery,
  context: Pick<WebhookOptions, 'parameters' | 'staticData' | 'originalUrl'>,
) {
  const body = JSON.stringify(message);
  const mock = webhookContext({
    description: node.description,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
      ...headers,
    },
    rawBody: rawBody ?? body,
    mode,
    ...context,
  });
  const result = (await node.webhook?.call(mock.context)) as IWebhookResponseData;
  return { ...mock, result, json: result.workflowData?.[0]?.[0]?.json };
}
