import type { IDataObject, INodeType } from 'n8n-workflow';

import { instance } from './package.ts';
import { deliver, secret, type Delivery } from './signed-webhook.ts';

export const node = instance<INodeType>('nodes/VoiceAgent/VoiceAgentTrigger.node');
export const registered = () => ({
  registration: { kind: 'subscriptions', id: 'sub1', secret, request: '' },
});

/** One delivery of the sidecar to the trigger. */
export const receive = (
  message: IDataObject,
  parameters: IDataObject = {},
  delivery: Delivery = {},
  staticData: IDataObject = registered(),
) => deliver(node, message, delivery, { parameters, staticData, originalUrl: '/webhook/id/agent' });
