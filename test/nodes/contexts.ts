import { createRequire } from 'node:module';

import type {
  IDataObject,
  INode,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
  OnError,
  WorkflowExecuteMode,
} from 'n8n-workflow';

// Its ES module build names its files without extension, which Node does not resolve.
const { NodeHelpers } = createRequire(import.meta.url)('n8n-workflow') as typeof import(
  'n8n-workflow',
  { with: { 'resolution-mode': 'require' } }
);

/**
 * The parts of n8n's contexts that the nodes use, with the HTTP helper as the wire: every request is
 * recorded, and answered by the test. Expressions are not evaluated; fields are given as values.
 */
export interface Sent {
  credential: string;
  method: string;
  url: string;
  qs?: IDataObject;
  body?: unknown;
  headers?: IDataObject;
}

export interface Reply {
  statusCode?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Instead of a reply: what the HTTP client throws. */
  error?: Error;
}

export type Answer = (request: Sent) => Reply;

export const credentials: Record<string, IDataObject> = {
  twilioVoiceApi: {
    accountSid: 'AC00000000000000000000000000000001',
    authToken: 'auth-token-of-the-account',
    baseUrl: 'https://api.twilio.com/',
  },
  voiceSidecarApi: { baseUrl: 'http://127.0.0.1:8100/', apiKey: 'key' },
};

function wire(answer: Answer) {
  const sent: Sent[] = [];
  async function httpRequestWithAuthentication(credential: string, options: IDataObject) {
    const { method, url, qs, body, headers } = options as unknown as Sent;
    const request: Sent = {
      credential,
      method,
      url,
      ...(qs ? { qs } : {}),
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    };
    sent.push(request);
    const { statusCode = 200, body: reply = {}, headers: sentBack = {}, error } = answer(request);
    if (error) throw error;
    return { statusCode, body: reply, headers: sentBack };
  }
  return { sent, httpRequestWithAuthentication };
}

interface NodeOptions {
  description: INodeTypeDescription;
  parameters: IDataObject;
  answer?: Answer;
  staticData?: IDataObject;
  name?: string;
}

/** Fills in the defaults as n8n does, and reads values by path. */
function fields({ description, parameters, name = 'The Node' }: NodeOptions) {
  const node = {
    id: 'node-id',
    name,
    type: `n8n-nodes-voice-agents.${description.name}`,
    typeVersion: 1,
    position: [0, 0],
    parameters,
  } as unknown as INode;
  const complete = NodeHelpers.getNodeParameters(
    description.properties,
    parameters as never,
    true,
    false,
    node,
    description,
  );
  function read(path: string, fallback: unknown, options?: { extractValue?: boolean }): unknown {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as IDataObject | undefined)?.[key], complete);
    if (value === undefined) return fallback;
    const locator = value as { __rl?: boolean; value?: unknown; mode?: string };
    const isLocator = typeof value === 'object' && value !== null && 'mode' in value;
    return options?.extractValue && isLocator ? locator.value : value;
  }
  return { node, read };
}

function common(options: NodeOptions) {
  const { node, read } = fields(options);
  const http = wire(
    options.answer ?? (() => ({ statusCode: 500, body: { message: 'unexpected' } })),
  );
  const staticData = options.staticData ?? {};
  const logged: string[] = [];
  const log = (message: string, data?: object) =>
    void logged.push(data ? `${message} ${JSON.stringify(data)}` : message);
  return {
    read,
    sent: http.sent,
    staticData,
    logged,
    context: {
      getNode: () => node,
      getWorkflow: () => ({ id: 'workflow-id' }),
      getWorkflowStaticData: () => staticData,
      getCredentials: async (credential: string) => credentials[credential],
      logger: { warn: log, error: log },
      helpers: { httpRequestWithAuthentication: http.httpRequestWithAuthentication },
    },
  };
}

export interface ExecuteOptions extends NodeOptions {
  items?: IDataObject[];
  /** The older form of `onError`. */
  continueOnFail?: boolean;
  /** The setting "On Error" of the node. */
  onError?: OnError;
  parents?: Array<{ type: string; disabled?: boolean; parameters?: IDataObject }>;
  asTool?: boolean;
}

const voiceTrigger = {
  type: 'n8n-nodes-voice-agents.twilioVoiceTrigger',
  parameters: { responseMode: 'responseNode' },
};

export function executeContext(options: ExecuteOptions) {
  const { read, context, ...rest } = common(options);
  const { onError, continueOnFail } = options;
  const responses: unknown[] = [];
  const hints: unknown[] = [];
  const items = (options.items ?? [{}]).map((json) => ({ json }));
  return {
    ...rest,
    responses,
    hints,
    context: {
      ...context,
      getInputData: () => items,
      getNodeParameter: (name: string, _item: number, fallback?: unknown, how?: object) =>
        read(name, fallback, how),
      getParentNodes: () => options.parents ?? [voiceTrigger],
      getNode: () => ({ ...context.getNode(), ...(onError ? { onError } : {}) }),
      continueOnFail: () => (onError ? onError !== 'stopWorkflow' : (continueOnFail ?? false)),
      getExecutionCancelSignal: () => undefined,
      isToolExecution: () => options.asTool ?? false,
      sendResponse: async (response: unknown) => void responses.push(response),
      addExecutionHints: (hint: unknown) => void hints.push(hint),
    } as never,
  };
}

/** Runs a node on such a context. */
export async function executeNode(node: INodeType, options: Omit<ExecuteOptions, 'description'>) {
  const mock = executeContext({ description: node.description, ...options });
  const outputs = (await node.execute?.call(mock.context)) as INodeExecutionData[][];
  return { ...mock, outputs, items: outputs[0] ?? [] };
}

export interface HookOptions extends NodeOptions {
  url?: string;
  /** `manual` during a test run. */
  mode?: WorkflowExecuteMode;
}

export function hookContext(options: HookOptions) {
  const { read, context, ...rest } = common(options);
  return {
    ...rest,
    context: {
      ...context,
      getNodeParameter: (name: string, fallback?: unknown, how?: object) =>
        read(name, fallback, how),
      getNodeWebhookUrl: () => options.url ?? 'https://n8n.example.com/webhook/id/voice',
      getMode: () => options.mode ?? 'trigger',
    } as never,
  };
}

export interface WebhookOptions extends HookOptions {
  headers: Record<string, string>;
  rawBody: string;
  /** Path and query of the request line, as it arrived. */
  originalUrl: string;
}

export function webhookContext(options: WebhookOptions) {
  const { read, context, ...rest } = common(options);
  const response = { statusCode: undefined as number | undefined, type: '', body: '' };
  const express = {
    status(code: number) {
      response.statusCode = code;
      return express;
    },
    type(type: string) {
      response.type = type;
      return express;
    },
    send(body: string) {
      response.body = body;
      return express;
    },
    end() {
      return express;
    },
  };
  return {
    ...rest,
    response,
    context: {
      ...context,
      getNodeParameter: (name: string, fallback?: unknown, how?: object) =>
        read(name, fallback, how),
      // As in n8n: the one always tells the production address, the other the one that is served.
      getNodeWebhookUrl: () => 'https://n8n.example.com/webhook/id/voice',
      getWebhookResourceUrl: () => options.url ?? 'https://n8n.example.com/webhook/id/voice',
      getHeaderData: () => options.headers,
      getRequestObject: () => ({
        rawBody: Buffer.from(options.rawBody),
        originalUrl: options.originalUrl,
      }),
      getResponseObject: () => express,
      getMode: () => options.mode ?? 'webhook',
    } as never,
  };
}
