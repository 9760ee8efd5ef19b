import { join } from 'node:path';
import { z } from 'zod';
import { projectDir } from './paths.ts';

export const contactCenterFile = join(projectDir, 'workflows/contact-center/contact-center.json');

const workflowSchema = z.looseObject({
  id: z.string(),
  nodes: z.array(
    z.looseObject({
      type: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      credentials: z.record(z.string(), z.object({ id: z.string(), name: z.string() })).optional(),
    }),
  ),
});

export interface WorkflowSettings {
  /** Credential type to the id it has in this n8n. */
  readonly credentialIds: Readonly<Record<string, string>>;
  /** Numbers whose webhooks the trigger shall set. */
  readonly phoneNumbers: readonly string[];
}

const triggerType = 'n8n-nodes-voice-agents.twilioVoiceTrigger';

/**
 * What a builder does by hand after importing a template: choose the credentials, and let the
 * trigger manage the numbers.
 * @throws z.ZodError when the file is no workflow
 */
export function prepareWorkflow(
  file: unknown,
  { credentialIds, phoneNumbers }: WorkflowSettings,
): z.infer<typeof workflowSchema> {
  const workflow = workflowSchema.parse(file);
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => ({
      ...node,
      parameters:
        node.type === triggerType
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
