import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type {
  IBinaryData,
  IConnections,
  ICredentialDataDecryptedObject,
  ICredentialsHelper,
  IDataObject,
  ILoadOptionsFunctions,
  IN8nHttpFullResponse,
  INode,
  INodeCredentials,
  INodeExecutionData,
  INodeListSearchResult,
  INodePropertyOptions,
  INodeTypeDescription,
  IWorkflowExecuteAdditionalData,
  Workflow,
} from 'n8n-workflow';

import { projectDir } from '../../playground/paths.ts';
import { loadN8n, type N8nModules } from './n8n-modules.ts';
import { noteOperation } from './operation-log.ts';

const packageName = 'n8n-nodes-voice-agents';
const manualTrigger = 'n8n-nodes-base.manualTrigger';

/** A workflow as n8n exports it. */
export interface WorkflowJson {
  readonly nodes: readonly INode[];
  readonly connections: IConnections;
  /** For the manual trigger: what it puts out. For the others: what they have to put out. */
  readonly pinData: Readonly<Record<string, readonly IDataObject[]>>;
}

export interface RunInput {
  /** The node's `name`, e.g. `twilioVoice`. */
  readonly node: string;
  readonly parameters: IDataObject;
  /** Data of each credential by its type, as a user would have typed it in. */
  readonly credentials?: Record<string, IDataObject>;
  /** @defaultValue one empty item */
  readonly items?: ReadonlyArray<{ json: IDataObject; binary?: Record<string, IBinaryData> }>;
  /** As the setting "On Error: Continue" of the node. */
  readonly continueOnFail?: boolean;
  /** Nodes that stand before this one on the canvas, the nearest last; they do not run. */
  readonly before?: ReadonlyArray<{ node: string; parameters?: IDataObject }>;
}

export interface RunResult {
  /** Items by output. */
  readonly outputs: INodeExecutionData[][];
  /** The items of the first output. */
  readonly items: INodeExecutionData[];
  /** What the builder reads when the node failed. */
  readonly error: { message: string; description?: string; itemIndex?: number } | undefined;
  /** What the node answered to a waiting webhook. */
  readonly responses: IN8nHttpFullResponse[];
  /** When the execution would go on by itself, if it waits. */
  readonly waitTill: Date | undefined;
  /** Goes on as n8n does when the wait is over; what the node put out then, by output. */
  readonly waitOver: () => Promise<INodeExecutionData[][]>;
}

/**
 * n8n's own engine (`WorkflowExecute` of the installed n8n), its HTTP helper and its credential
 * handling, in this process: runs one node of the built package as an execution would. There is no
 * database, no editor and no webhook server; what needs those is tested in test/system.
 */
export class Engine implements AsyncDisposable {
  readonly #n8n: N8nModules;
  readonly #userDir: string;
  readonly #nodeTypes: Workflow['nodeTypes'];
  readonly #descriptions: Map<string, INodeTypeDescription>;
  readonly #credentialTypes: CredentialTypes;

  private constructor(
    n8n: N8nModules,
    userDir: string,
    loader: InstanceType<N8nModules['core']['PackageDirectoryLoader']>,
  ) {
    this.#n8n = n8n;
    this.#userDir = userDir;
    const find = (type: string) => {
      if (type === manualTrigger) return n8n.manualTrigger;
      const found = loader.nodeTypes[type.replace(`${packageName}.`, '')]?.type;
      if (!found) throw new Error(`the package has no node "${type}"`);
      return found;
    };
    this.#nodeTypes = {
      getByName: find,
      getByNameAndVersion: find,
      getKnownTypes: () => ({}),
    } as Workflow['nodeTypes'];
    this.#descriptions = new Map(
      Object.keys(loader.nodeTypes).map((name) => [name, find(name).description]),
    );
    this.#credentialTypes = {
      getByName: (name) => {
        const found = loader.credentialTypes[name]?.type;
        if (!found) throw new Error(`the package has no credential "${name}"`);
        return found;
      },
      getParentTypes: () => [],
      getSupportedNodes: () => [],
    };
  }

  /** Loads n8n's engine and the package from dist/ (`npm run build` comes first). */
  static async start(): Promise<Engine> {
    const userDir = await mkdtemp(join(tmpdir(), 'voice-agents-engine-'));
    const n8n = await loadN8n(userDir);
    const loader = new n8n.core.PackageDirectoryLoader(projectDir);
    await loader.loadAll();
    return new Engine(n8n, userDir, loader);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#userDir, { recursive: true, force: true });
  }

  /** Runs one node over its items, and returns what it put out or how it failed. */
  async run(input: RunInput): Promise<RunResult> {
    const { workflow, node } = this.#build(input);
    const responses: IN8nHttpFullResponse[] = [];
    const additionalData = this.#additionalData(input.credentials ?? {}, workflow, responses);
    const { createRunExecutionData } = this.#n8n.workflow;
    const items = (input.items ?? [{ json: {} }]).map((item) => ({ ...item }));
    const execution = new this.#n8n.core.WorkflowExecute(
      additionalData,
      'trigger',
      createRunExecutionData({
        executionData: {
          nodeExecutionStack: [{ node, data: { main: [items] }, source: null }],
        },
      }),
    );
    const { data } = await execution.processRunExecutionData(workflow);
    const task = data.resultData.runData[node.name]?.at(-1);
    const error = task?.error ?? data.resultData.error;
    const outputs = (task?.data?.main ?? []).map((output) => output ?? []);
    if (!error) this.#note(input, node);
    return {
      outputs,
      items: outputs[0] ?? [],
      error: error && {
        message: error.message,
        ...(error.description ? { description: error.description } : {}),
        ...('context' in error && typeof error.context.itemIndex === 'number'
          ? { itemIndex: error.context.itemIndex }
          : {}),
      },
      responses,
      waitTill: data.waitTill ?? undefined,
      waitOver: async () => {
        // n8n has saved the execution meanwhile and reads it back, without shared objects.
        const saved = structuredClone(data);
        const resumed = new this.#n8n.core.WorkflowExecute(additionalData, 'trigger', saved);
        const { resultData } = (await resumed.processRunExecutionData(workflow)).data;
        return (resultData.runData[node.name]?.at(-1)?.data?.main ?? []).map((one) => one ?? []);
      },
    };
  }

  /**
   * Runs a whole workflow by hand from its manual trigger, which puts out its pinned items.
   * @returns the items of each node's first output, by the node's name
   * @throws Error with what the builder would read, when a node fails
   */
  async runWorkflow(
    { nodes, connections, pinData }: WorkflowJson,
    credentials: Record<string, IDataObject>,
  ): Promise<Map<string, INodeExecutionData[]>> {
    const workflow = new this.#n8n.workflow.Workflow({
      id: 'a-workflow-of-tests',
      name: 'Tests',
      nodes: nodes.map((node) => ({ ...node })),
      connections,
      active: false,
      nodeTypes: this.#nodeTypes,
    });
    const start = nodes.find(({ type }) => type === manualTrigger);
    const startNode = start && workflow.getNode(start.name);
    if (!startNode) throw new Error('the workflow has no manual trigger');
    const execution = new this.#n8n.core.WorkflowExecute(
      this.#additionalData(credentials, workflow, []),
      'manual',
      this.#n8n.workflow.createRunExecutionData({
        resultData: {
          pinData: {
            [startNode.name]: (pinData[startNode.name] ?? [{}]).map((json) => ({ json })),
          },
        },
        executionData: {
          nodeExecutionStack: [{ node: startNode, data: { main: [[{ json: {} }]] }, source: null }],
        },
      }),
    );
    const { data } = await execution.processRunExecutionData(workflow);
    const { error, runData } = data.resultData;
    if (error) {
      throw new Error(`${String(data.resultData.lastNodeExecuted)}: ${error.message}`, {
        cause: error,
      });
    }
    for (const node of Object.values(workflow.nodes)) {
      if (runData[node.name] && node.type.startsWith(`${packageName}.`)) {
        this.#note({ node: node.type.slice(packageName.length + 1) }, node);
      }
    }
    return new Map(
      Object.entries(runData).map(([name, runs]) => [
        name,
        runs.flatMap((run) => run.data?.main?.[0] ?? []),
      ]),
    );
  }

  /** What a list search of a node's `methods.listSearch` offers. */
  async search(
    input: RunInput,
    method: string,
    filter?: string,
    paginationToken?: string,
  ): Promise<INodeListSearchResult> {
    const { context, type } = this.#loadOptions(input);
    const search = type.methods?.listSearch?.[method];
    if (!search) throw new Error(`${input.node} has no list search "${method}"`);
    return search.call(context, filter, paginationToken);
  }

  /** What a method of a node's `methods.loadOptions` offers. */
  async options(input: RunInput, method: string): Promise<INodePropertyOptions[]> {
    const { context, type } = this.#loadOptions(input);
    const load = type.methods?.loadOptions?.[method];
    if (!load) throw new Error(`${input.node} has no option list "${method}"`);
    return load.call(context);
  }

  /** The bytes of an item's binary property. */
  bytes(item: INodeExecutionData | undefined, property = 'data'): Buffer {
    const binary = item?.binary?.[property];
    if (!binary) throw new Error(`the item has no binary property "${property}"`);
    return Buffer.from(binary.data, 'base64');
  }

  /** An item's binary property, as a node before this one would have made it. */
  binary(bytes: Uint8Array, mimeType: string, fileName?: string): IBinaryData {
    return {
      data: Buffer.from(bytes).toString('base64'),
      mimeType,
      ...(fileName ? { fileName } : {}),
    };
  }

  #loadOptions(input: RunInput): {
    context: ILoadOptionsFunctions;
    type: ReturnType<Workflow['nodeTypes']['getByNameAndVersion']>;
  } {
    const { workflow, node } = this.#build(input);
    const additionalData = this.#additionalData(input.credentials ?? {}, workflow, []);
    additionalData.currentNodeParameters = node.parameters;
    const context = new this.#n8n.core.LoadOptionsContext(workflow, node, additionalData, '');
    return { context, type: this.#nodeTypes.getByNameAndVersion(node.type) };
  }

  #build(input: RunInput): { workflow: Workflow; node: INode } {
    const chain = [...(input.before ?? []), input].map(({ node, parameters }, index) => ({
      id: `node-${String(index)}`,
      name: node === input.node ? 'The Node' : `Before ${String(index)}`,
      type: `${packageName}.${node}`,
      typeVersion: 1,
      position: [0, 0] as [number, number],
      parameters: (parameters ?? {}) as INode['parameters'],
    })) as INode[];
    const node = chain.at(-1) as INode;
    node.credentials = Object.fromEntries(
      Object.keys(input.credentials ?? {}).map((type) => [type, { id: type, name: type }]),
    ) satisfies INodeCredentials;
    if (input.continueOnFail) node.onError = 'continueRegularOutput';
    const connections = Object.fromEntries(
      chain
        .slice(0, -1)
        .map(({ name }, index) => [
          name,
          { main: [[{ node: chain[index + 1]?.name ?? '', type: 'main' as const, index: 0 }]] },
        ]),
    );
    const workflow = new this.#n8n.workflow.Workflow({
      id: 'a-workflow-of-tests',
      name: 'Tests',
      nodes: chain,
      connections,
      active: false,
      nodeTypes: this.#nodeTypes,
    });
    // The workflow fills in defaults on its own copy.
    return { workflow, node: workflow.getNode(node.name) as INode };
  }

  #additionalData(
    credentials: Record<string, IDataObject>,
    workflow: Workflow,
    responses: IN8nHttpFullResponse[],
  ): IWorkflowExecuteAdditionalData {
    const hooks = new this.#n8n.core.ExecutionLifecycleHooks('trigger', 'an-execution', {
      id: workflow.id,
      name: workflow.name,
      nodes: Object.values(workflow.nodes),
      connections: workflow.connectionsBySourceNode,
    });
    hooks.addHandler('sendResponse', (response) => void responses.push(response));
    const origin = 'https://n8n.example.com';
    return {
      credentialsHelper: credentialsHelper(this.#n8n, this.#credentialTypes, credentials),
      hooks,
      executionId: 'an-execution',
      restApiUrl: `${origin}/rest`,
      instanceBaseUrl: `${origin}/`,
      webhookBaseUrl: `${origin}/webhook`,
      webhookWaitingBaseUrl: `${origin}/webhook-waiting`,
      webhookTestBaseUrl: `${origin}/webhook-test`,
      formWaitingBaseUrl: `${origin}/form-waiting`,
      variables: {},
      currentNodeExecutionIndex: 0,
      setExecutionStatus: () => undefined,
    } as unknown as IWorkflowExecuteAdditionalData;
  }

  #note(input: Pick<RunInput, 'node'>, node: INode): void {
    const properties = this.#descriptions.get(input.node)?.properties ?? [];
    const given = this.#n8n.workflow.NodeHelpers.getNodeParameters(
      properties,
      node.parameters,
      true,
      false,
      node,
      this.#descriptions.get(input.node) ?? null,
    );
    noteOperation({
      node: input.node,
      resource: String(given?.resource ?? ''),
      operation: String(given?.operation ?? ''),
    });
  }
}

interface CredentialTypes {
  getByName(name: string): ReturnType<ICredentialsHelper['getCredentialsProperties']> | object;
  getParentTypes(name: string): string[];
  getSupportedNodes(name: string): string[];
}

/** n8n's own helper; only where the data is kept is replaced: in memory instead of the database. */
function credentialsHelper(
  n8n: N8nModules,
  types: CredentialTypes,
  stored: Record<string, IDataObject>,
): ICredentialsHelper {
  const untouched = { applyOverwrite: (_type: string, data: unknown) => data };
  const helper = new n8n.CredentialsHelper(types, untouched);
  return Object.assign(helper, {
    async getDecrypted(
      additionalData: unknown,
      _details: unknown,
      type: string,
      mode: string,
    ): Promise<ICredentialDataDecryptedObject> {
      const data = stored[type];
      if (!data) throw new Error(`the test gave no credential "${type}"`);
      return helper.applyDefaultsAndOverwrites(additionalData, data, type, mode);
    },
    async getCredentials(_details: unknown, type: string) {
      return { getData: () => stored[type] };
    },
    async updateCredentials(_details: unknown, type: string, data: IDataObject) {
      stored[type] = data;
    },
  }) as unknown as ICredentialsHelper;
}
