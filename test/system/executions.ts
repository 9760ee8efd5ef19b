import { parse } from 'flatted';
import type { IDataObject, INode, INodeExecutionData, IRunExecutionData } from 'n8n-workflow';
import type { N8nClient } from '../../playground/n8n/client.ts';
import { noteOperation } from '../engine/operation-log.ts';
import { eventually } from './playground.ts';

/** What a test asks of an execution of the real n8n. */
export interface Execution {
  readonly id: string;
  readonly status: string;
  /** Items that a node put out on an output, of all its runs; empty when it did not run. */
  items(nodeName: string, output?: number): INodeExecutionData[];
  /** Items of a node that ran exactly once, as their JSON. */
  json(nodeName: string, output?: number): IDataObject[];
  readonly error: { readonly message: string; readonly node?: string } | undefined;
}

const ended = new Set(['success', 'error', 'crashed', 'canceled']);

/**
 * Waits until an execution is over, reads it, and notes which operations of our nodes it ran.
 * @throws Error when it does not end in time
 */
export async function endedExecution(
  n8n: N8nClient,
  id: string,
  withinMs = 60_000,
): Promise<Execution> {
  return eventually(
    `the execution ${id} ends`,
    async () => {
      const { status } = await n8n.execution(id);
      return ended.has(status) ? readExecution(n8n, id) : undefined;
    },
    withinMs,
  );
}

/** Reads an execution as it is now, and notes which operations of our nodes it ran. */
export async function readExecution(n8n: N8nClient, id: string): Promise<Execution> {
  const { status, data, workflowData } = await n8n.execution(id);
  const { resultData } = parse(data) as IRunExecutionData;
  noteExecution(workflowData.nodes, resultData.runData);
  const items = (nodeName: string, output = 0): INodeExecutionData[] =>
    (resultData.runData[nodeName] ?? []).flatMap(({ data: out }) => out?.main?.[output] ?? []);
  const { error } = resultData;
  return {
    id,
    status,
    items,
    json: (nodeName, output) => items(nodeName, output).map(({ json }) => json),
    error: error && {
      message: error.message,
      ...('node' in error && error.node ? { node: error.node.name } : {}),
    },
  };
}

const ourPackage = 'n8n-nodes-voice-agents.';

function noteExecution(
  nodes: readonly INode[],
  runData: IRunExecutionData['resultData']['runData'],
): void {
  for (const { name, type, parameters } of nodes) {
    const runs = (runData[name] ?? []).filter(
      ({ executionStatus }) => executionStatus === 'success',
    );
    if (!type.startsWith(ourPackage) || runs.length === 0) continue;
    const node = type.slice(ourPackage.length);
    if (!node.endsWith('Trigger')) {
      noteOperation({
        node,
        resource: String(parameters.resource ?? ''),
        operation: String(parameters.operation ?? ''),
      });
      continue;
    }
    for (const item of runs.flatMap(({ data }) => data?.main?.flat() ?? [])) {
      // A tool call is what a trigger starts on without naming an event.
      const operation = item?.json.event ?? item?.json.type ?? 'tool';
      noteOperation({ node, resource: 'event', operation: String(operation) });
    }
  }
}
