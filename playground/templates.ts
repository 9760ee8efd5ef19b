import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8nClient, N8nWorkflow } from './n8n/client.ts';
import { projectDir } from './paths.ts';
import { prepareWorkflow, type WorkflowFile } from './workflow.ts';

/** Templates that answer the phone in the playground, and on which numbers; the others are drafts. */
export type PublishedTemplates = Readonly<Record<string, readonly string[]>>;

/** The number of the menu that runs on the canvas alone, without the sidecar. */
export const canvasNumber = '+56221234503';

const openAiTriggerType = 'n8n-nodes-voice-agents.openAiRealtimeTrigger';

/** The templates of workflows/, by the name of their folder. */
export async function readTemplates(): Promise<Map<string, WorkflowFile>> {
  const dir = join(projectDir, 'workflows');
  const templates = new Map<string, WorkflowFile>();
  for (const entry of (await readdir(dir, { withFileTypes: true })).filter((one) =>
    one.isDirectory(),
  )) {
    const text = await readFile(join(dir, entry.name, `${entry.name}.json`), 'utf8');
    templates.set(entry.name, JSON.parse(text) as WorkflowFile);
  }
  return templates;
}

/**
 * Imports each template once; what a builder changed in it later stays. Returns them by name.
 * @throws Error when n8n refuses one
 */
export async function importTemplates(
  n8n: N8nClient,
  credentialIds: Readonly<Record<string, string>>,
  published: PublishedTemplates,
): Promise<Map<string, N8nWorkflow>> {
  const known = await n8n.workflows();
  // n8n registers its triggers when a workflow is published, not when it starts again; the simulated
  // telephone network, unlike Twilio, has forgotten by then where its numbers pointed to.
  for (const { id, activeVersionId } of known) {
    if (activeVersionId === null) continue;
    await n8n.unpublish(id);
    await n8n.publish(id, activeVersionId);
  }
  const imported = new Map<string, N8nWorkflow>();
  for (const [name, file] of await readTemplates()) {
    const existing = known.find(({ id }) => id === file.id);
    if (existing) {
      imported.set(name, existing);
      continue;
    }
    const phoneNumbers = published[name];
    const workflow = await n8n.createWorkflow(
      prepareWorkflow(file, { credentialIds, ...(phoneNumbers ? { phoneNumbers } : {}) }),
    );
    if (phoneNumbers) await n8n.publish(workflow.id, workflow.versionId);
    imported.set(name, workflow);
  }
  return imported;
}

/** Where OpenAI tells the template for SIP calls of a call. @param n8nUrl origin of n8n */
export async function incomingSipCallUrl(n8nUrl: string): Promise<string> {
  const template = (await readTemplates()).get('realtime-sip');
  const trigger = template?.nodes.find(({ type }) => type === openAiTriggerType);
  if (trigger?.webhookId === undefined) throw new Error('the template has no OpenAI trigger');
  return `${n8nUrl}/webhook/${trigger.webhookId}/openai`;
}
