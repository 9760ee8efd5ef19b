/** Who speaks. Whoever is not known to be the agent is the caller. */
export type Role = 'agent' | 'caller';

export interface Turn {
	/** Position in the conversation, from 0. Evidence names it. */
	index: number;
	role: Role;
	text: string;
	/** From the beginning of the recording, ms. */
	startMs?: number;
	endMs?: number;
}

export const callerTurns = (turns: readonly Turn[]): Turn[] =>
	turns.filter(({ role }) => role === 'caller');

/** One line per turn, as a person reads it. */
export const asText = (turns: readonly Turn[]): string =>
	turns.map(({ role, text }) => `${role}: ${text}`).join('\n');
