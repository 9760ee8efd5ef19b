/** What is wrong with a text that goes to Google, where, and what to write instead. */
export interface Problem {
	/** In UTF-16 units from the start of the text. */
	offset: number;
	message: string;
	cure: string;
}

/** `Line 2, column 14`, both counted from 1. */
export function positionOf(source: string, offset: number): string {
	const before = source.slice(0, offset);
	const line = before.split('\n').length;
	const column = offset - (before.lastIndexOf('\n') + 1) + 1;
	return `Line ${String(line)}, column ${String(column)}`;
}
