/** What was written between commas or line breaks, without the space around it; or the items of a list. */
export function listOf(written: unknown): string[] {
	const parts = Array.isArray(written) ? written.map(String) : String(written ?? '').split(/[\n,]/);
	return parts.map((part) => part.trim()).filter(Boolean);
}
