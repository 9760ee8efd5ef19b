export interface WorkflowFile {
  readonly id: string;
  readonly nodes: readonly WorkflowNode[];
}

interface WorkflowNode {
  readonly name: string;
  readonly webhookId?: string;
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, { readonly id: string; readonly name: string }>>;
}

export interface WorkflowSettings {
  /** Credential type to the id it has in this n8n. */
  readonly credentialIds: Readonly<Record<string, string>>;
  /** Numbers whose webhooks the trigger shall set; none for a draft. */
  readonly phoneNumbers?: readonly string[];
}

const triggerType = 'n8n-nodes-voice-agents.twilioVoiceTrigger';

/**
 * What a builder does by hand after importing a template: choose the credentials, and let the
 * trigger manage the numbers.
 */
export function prepareWorkflow(
  workflow: WorkflowFile,
  { credentialIds, phoneNumbers }: WorkflowSettings,
): WorkflowFile {
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => ({
      ...node,
      parameters:
        node.type === triggerType && phoneNumbers
          ? { ...node.parameters, manageWebhook: true, phoneNumbers: [...phoneNumbers] }
          : node.parameters,
      ...(node.credentials && {
        credentials: Object.fromEntries(
          Object.entries(node.credentials).map(([type, { id, name }]) => [
            type,
            { id: credentialIds[type] ?? id, name },
          ]),
        ),
      }),
    })),
  };
}
