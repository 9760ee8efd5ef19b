/**
 * The waits that this process has ended, the latest ones. The end of a call and the result of its last
 * verb come as two requests at about the same time, and only one of them may resume the execution.
 */
const settled = new Set<string>();

const maxRemembered = 1000;

const keyOf = (executionId: string, step: number) => `${executionId}/${step}`;

export function settle(executionId: string, step: number) {
	settled.add(keyOf(executionId, step));
	for (const oldest of settled) {
		if (settled.size <= maxRemembered) break;
		settled.delete(oldest);
	}
}

export function isSettled(executionId: string, step: number): boolean {
	return settled.has(keyOf(executionId, step));
}
