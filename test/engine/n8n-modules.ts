import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as n8nWorkflow from 'n8n-workflow';

import { installN8n } from '../../playground/n8n/install.ts';

/**
 * The parts of the installed n8n that the tests drive. They come from the installation itself, so
 * that a node meets the engine, the HTTP helper and the credential handling that a user's n8n has.
 */
export interface N8nModules {
  readonly workflow: typeof n8nWorkflow;
  readonly core: N8nCore;
  /** The one of n8n itself. */
  readonly manualTrigger: n8nWorkflow.INodeType;
  readonly CredentialsHelper: new (...services: unknown[]) => CredentialsHelper;
}

export interface CredentialsHelper extends n8nWorkflow.ICredentialsHelper {
  applyDefaultsAndOverwrites(
    ...args: unknown[]
  ): Promise<n8nWorkflow.ICredentialDataDecryptedObject>;
}

/** What is used of `n8n-core`; the package publishes no types that fit beside this project's. */
interface N8nCore {
  readonly WorkflowExecute: new (
    additionalData: n8nWorkflow.IWorkflowExecuteAdditionalData,
    mode: n8nWorkflow.WorkflowExecuteMode,
    runExecutionData: n8nWorkflow.IRunExecutionData,
  ) => {
    processRunExecutionData(workflow: n8nWorkflow.Workflow): Promise<n8nWorkflow.IRun>;
  };
  readonly ExecutionLifecycleHooks: new (
    mode: n8nWorkflow.WorkflowExecuteMode,
    executionId: string,
    workflowData: object,
  ) => {
    addHandler(
      hook: 'sendResponse',
      handler: (response: n8nWorkflow.IN8nHttpFullResponse) => void,
    ): void;
  };
  readonly PackageDirectoryLoader: new (directory: string) => {
    readonly nodeTypes: Record<string, { type: n8nWorkflow.INodeType } | undefined>;
    readonly credentialTypes: Record<string, { type: n8nWorkflow.ICredentialType } | undefined>;
    loadAll(): Promise<void>;
  };
  readonly LoadOptionsContext: new (
    workflow: n8nWorkflow.Workflow,
    node: n8nWorkflow.INode,
    additionalData: n8nWorkflow.IWorkflowExecuteAdditionalData,
    path: string,
  ) => n8nWorkflow.ILoadOptionsFunctions;
}

/** Loads them, installing n8n into the user's cache when it is not there yet. */
export async function loadN8n(userDir: string): Promise<N8nModules> {
  const installDir = await installN8n((line) => console.log(line));
  // All are read while n8n-core loads. Its log would tell of errors that the tests provoke.
  process.env.N8N_USER_FOLDER = userDir;
  process.env.N8N_LOG_LEVEL = 'silent';
  process.env.NODE_ENV = 'test';
  const require = createRequire(join(installDir, 'node_modules', 'n8n', 'package.json'));
  const { CredentialsHelper } = require('./dist/credentials-helper.js') as Pick<
    N8nModules,
    'CredentialsHelper'
  >;
  const { ManualTrigger } =
    require('n8n-nodes-base/dist/nodes/ManualTrigger/ManualTrigger.node.js') as {
      ManualTrigger: new () => n8nWorkflow.INodeType;
    };
  return {
    manualTrigger: new ManualTrigger(),
    workflow: require('n8n-workflow') as typeof n8nWorkflow,
    core: require('n8n-core') as N8nCore,
    CredentialsHelper,
  };
}
