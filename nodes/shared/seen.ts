import type { IWebhookFunctions } from 'n8n-workflow';

/**
 * Remembers the last ids that were handled, so that a repeated delivery is recognised.
 *
 * Twice, because neither place is enough. The node's static data survives a restart and is shared by
 * the webhook processes of a queue-mode n8n; but n8n loads it per request and the last writer wins,
 * and (seen on 2.41.1) it is saved only when the request is answered before the execution starts.
 * The memory of the process knows everything that this process has handled, and ends with it.
 */
const inProcess = new Map<string, Set<string>>();

export const maxRemembered = 500;
const maxScopes = 200;

/** Returns whether this trigger has seen `id` before, and remembers it. */
export function seenBefore(this: IWebhookFunctions, id: string): boolean {
	const staticData = this.getWorkflowStaticData('node');
	const scope = scopeOf.call(this);
	const stored = Array.isArray(staticData.seen) ? (staticData.seen as string[]) : [];
	const recent = inProcess.get(scope) ?? new Set<string>();
	if (stored.includes(id) || recent.has(id)) return true;
	staticData.seen = [...stored, id].slice(-maxRemembered);
	recent.add(id);
	for (const oldest of recent) {
		if (recent.size <= maxRemembered) break;
		recent.delete(oldest);
	}
	inProcess.delete(scope);
	inProcess.set(scope, recent);
	for (const oldest of inProcess.keys()) {
		if (inProcess.size <= maxScopes) break;
		inProcess.delete(oldest);
	}
	return false;
}

/** While a published trigger is tested, both get each event, and neither may swallow the other's. */
function scopeOf(this: IWebhookFunctions): string {
	const run = this.getMode() === 'manual' ? 'test' : 'production';
	return `${this.getWorkflow().id ?? ''}/${this.getNode().id}/${run}`;
}
