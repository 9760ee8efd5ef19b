/**
 * Runs a task for each index below `count`, a few at a time, and returns what they gave in order. After
 * a failure no further task begins; of several failures, that of the lowest index is thrown.
 */
export async function inParallel<T>(
	count: number,
	parallel: number,
	task: (index: number) => Promise<T>,
): Promise<T[]> {
	const results: T[] = [];
	const failures: Array<{ index: number; error: Error }> = [];
	let next = 0;
	async function work(): Promise<void> {
		while (next < count && failures.length === 0) {
			const index = next++;
			try {
				results[index] = await task(index);
			} catch (error) {
				failures.push({ index, error: error as Error });
			}
		}
	}
	await Promise.all(Array.from({ length: Math.min(parallel, count) }, work));
	const [first] = failures.sort((a, b) => a.index - b.index);
	if (first) throw first.error;
	return results;
}
