import { setImmediate as turn } from 'node:timers/promises';
import type { TestContext } from 'node:test';

import type { IDataObject, INodeExecutionData, INodeType } from 'n8n-workflow';

import { credentials, executeContext, type Answer, type Sent } from './contexts.ts';
import { instance } from './package.ts';

credentials.googleSpeechApi = { authentication: 'apiKey', apiKey: 'key' };

export const node = instance<INodeType>('nodes/GoogleTTS/GoogleTTS.node');

export interface NodeRun {
  parameters: IDataObject;
  answer?: Answer;
  items?: IDataObject[];
  continueOnFail?: boolean;
  /** Whether the node has a sidecar credential. */
  sidecar?: boolean;
}

export interface NodeResult {
  items: INodeExecutionData[];
  error: { message: string; description?: string; context: { itemIndex?: number } } | undefined;
  sent: Sent[];
  /** Bytes of each item's file. */
  files: Buffer[];
  hints: Array<{ message: string }>;
  progress: string[];
}

/** µ-law with Google's header: one byte of sound for each character, so that its order shows. */
export function spoken(text: string): string {
  const samples = Buffer.from(text, 'latin1');
  const header = Buffer.alloc(58);
  header.write('RIFF', 0);
  header.writeUInt32LE(50 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('fact', 38);
  header.writeUInt32LE(4, 42);
  header.write('data', 50);
  header.writeUInt32LE(samples.length, 54);
  return Buffer.concat([header, samples]).toString('base64');
}

export const textOf = ({ body }: Sent): string =>
  String(((body as IDataObject).input as IDataObject).text);

export const speaks: Answer = (request) => ({ body: { audioContent: spoken(textOf(request)) } });

/** Google's form of an error. */
export const refusal = (code: number, status: string, message: string, details: object[] = []) => ({
  statusCode: code,
  body: { error: { code, status, message, details } } as unknown as IDataObject,
});

/** Runs the node over items whose fields are read per item where they are functions of it. */
export async function run(input: NodeRun): Promise<NodeResult> {
  const { parameters, items = [{}], continueOnFail = false, sidecar = false } = input;
  const made = executeContext({
    description: node.description,
    parameters: parameters as never,
    items,
    continueOnFail,
    answer: input.answer ?? speaks,
  });
  const files: Buffer[] = [];
  const progress: string[] = [];
  const context = made.context as unknown as Record<string, unknown> & {
    helpers: IDataObject;
    getNode(): IDataObject;
    getNodeParameter(...args: unknown[]): unknown;
  };
  const { getNode, getNodeParameter } = context;
  Object.assign(context, {
    getNode: () => ({
      ...getNode(),
      credentials: { googleSpeechApi: {}, ...(sidecar ? { voiceSidecarApi: {} } : {}) },
    }),
    getNodeParameter(name: string, item: number, ...rest: unknown[]) {
      const value = getNodeParameter(name, item, ...rest);
      return typeof value === 'string' && value.startsWith('={{ $json.')
        ? items[item]?.[value.slice('={{ $json.'.length, -3)]
        : value;
    },
    sendMessageToUI: (message: string) => void progress.push(message),
  });
  Object.assign(context.helpers, {
    async prepareBinaryData(data: Buffer, fileName: string, mimeType: string) {
      files.push(data);
      return { data: data.toString('base64'), fileName, mimeType };
    },
  });
  const result = { sent: made.sent, files, hints: made.hints as NodeResult['hints'], progress };
  try {
    const [output = []] = (await node.execute?.call(context as never)) as INodeExecutionData[][];
    return { ...result, items: output, error: undefined };
  } catch (error) {
    return { ...result, items: [], error: error as NodeResult['error'] };
  }
}

/** Lets time pass, a second at a time, until the promise is settled. */
export async function inVirtualTime<T>(
  t: TestContext,
  work: () => Promise<T>,
): Promise<{ result: T; ms: number }> {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let isOver = false;
  const promise = work().finally(() => {
    isOver = true;
  });
  let ms = 0;
  for (;;) {
    for (let turns = 0; turns < 5; turns++) await turn();
    if (isOver) break;
    t.mock.timers.tick(1000);
    ms += 1000;
    if (ms > 7_200_000) throw new Error('it does not end');
  }
  return { result: await promise, ms };
}
