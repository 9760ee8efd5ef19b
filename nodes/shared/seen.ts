import type { IDataObject } from 'n8n-workflow';

/**
 * Remembers the last ids that were handled, so that a repeated delivery is recognised.
 *
 * It lives in the node's static data, which n8n saves with the workflow, and is therefore bounded.
 * n8n loads static data per request and the last writer wins, so two requests at the same moment can
 * overwrite each other's entry; `inProcess` closes that gap within one process.
 */
const inProcess = new Map<string, Set<string>>();

export const maxRemembered = 500;
const maxScopes = 200;

/**
 * Returns whether `id` was seen before, and remembers it.
 * @param scope tells apart the nodes of one process, e.g. workflow id and node id
 */
export function seenBefore(staticData: IDataObject, scope: string, id: string): boolean {
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
