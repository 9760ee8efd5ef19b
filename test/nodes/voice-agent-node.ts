import assert from 'node:assert/strict';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { executeNode, type Answer, type ExecuteOptions } from './contexts.ts';
import { instance } from './package.ts';

export const node = instance<INodeType>('nodes/VoiceAgent/VoiceAgent.node');
export const sidecar = 'http://127.0.0.1:8100';
export const byId = (value: string) => ({ mode: 'id', value });

/** Fails for anything that is sent. */
export const nothing: Answer = ({ url }) => assert.fail(`${url} was asked`);

/** Runs the node on mocked contexts, with `answer` as the sidecar. */
export const run = (
  parameters: IDataObject,
  answer: Answer = () => ({ body: {} }),
  more: Partial<ExecuteOptions> = {},
) => executeNode(node, { parameters, answer, ...more });
