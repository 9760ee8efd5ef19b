import type { Usage } from '../analysis/contract';
import type { Schema } from '../schema/validate';

/** What a language model is asked. */
export interface Prompt {
	instructions: string;
	/** The conversation, framed as data. */
	transcript: string;
	schema: Schema;
	/** An answer of before, with what is wrong with it. */
	repair?: { reply: Reply; message: string };
}

export interface Reply {
	/** Is to be JSON; nothing is checked yet. */
	text: string;
	/** As the engine wants its own answer back. */
	verbatim: unknown;
	usage: Usage;
	/** The model that answered, as the service names it. */
	model: string;
}

export interface Engine {
	name: 'gemini' | 'openAi';
	/**
	 * @throws {NodeApiError} when the service refuses, does not answer, or answers with something
	 * that cannot be the whole answer (blocked, refused, cut off)
	 */
	ask(prompt: Prompt): Promise<Reply>;
}

export interface ModelOptions {
	model: string;
	/** Tokens; undefined is the model's own limit. */
	mostOutputTokens: number | undefined;
	/** How long the model may think; 'auto' is low where the model is known to take it. */
	thinking: 'auto' | 'none' | 'low' | 'medium' | 'high';
	timeoutMs: number;
}
