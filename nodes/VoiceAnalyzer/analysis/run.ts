import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

import type { Engine, Reply } from '../engines/contract';
import { analyzeWithRules } from '../rules/analyze';
import { validate, withoutBounds, type Schema } from '../schema/validate';
import type { Turn } from '../transcript/turn';
import type { Analysed, AnalysisRequest, EngineReport, Usage } from './contract';
import { instructionsFor, repairMessage, transcriptMessage } from './prompt';
import { findingsFrom, mistakesIn } from './read';
import { schemaOf } from './schema';

export interface RunOptions {
	node: INode;
	itemIndex: number;
	/** Absent: Rules. */
	engine: Engine | undefined;
	/** Whether Rules answer when the engine cannot. */
	fallBack: boolean;
}

/**
 * Asks the engine, checks what it says, and lets it correct itself once.
 * @throws {NodeApiError} when the answer still does not fit and there is no fallback
 */
export async function analyze(
	turns: readonly Turn[],
	request: AnalysisRequest,
	{ node, itemIndex, engine, fallBack }: RunOptions,
): Promise<Analysed> {
	const schema = schemaOf(request);
	if (!engine || Object.keys(schema.properties ?? {}).length === 0) {
		return { findings: analyzeWithRules(turns, request), engine: rulesReport(null) };
	}
	if (!fallBack) return await ask(engine, schema, turns, request, node, itemIndex);
	try {
		return await ask(engine, schema, turns, request, node, itemIndex);
	} catch (error) {
		// A missing credential is no failure of the engine: nobody should run on Rules for months.
		if (!(error instanceof NodeApiError)) {
			throw new NodeOperationError(node, error as Error, { itemIndex });
		}
		return {
			findings: analyzeWithRules(turns, request),
			engine: rulesReport(error.message),
		};
	}
}

const rulesReport = (fallbackReason: string | null): EngineReport => ({
	name: 'rules',
	model: null,
	requests: 0,
	repaired: false,
	usage: null,
	fallbackReason,
});

async function ask(
	engine: Engine,
	schema: Schema,
	turns: readonly Turn[],
	request: AnalysisRequest,
	node: INode,
	itemIndex: number,
): Promise<Analysed> {
	const prompt = {
		instructions: instructionsFor(request),
		transcript: transcriptMessage(turns),
		schema: withoutBounds(schema),
	};
	const first = await engine.ask(prompt);
	let checked = check(first, schema, turns);
	const replies = [first];
	if (checked.errors.length > 0) {
		const message = repairMessage(checked.errors);
		const second = await engine.ask({ ...prompt, repair: { reply: first, message } });
		replies.push(second);
		checked = check(second, schema, turns, checked);
	}
	if (!checked.fits) {
		throw new NodeApiError(
			node,
			{ errors: checked.errors.join('; ') },
			{
				itemIndex,
				message: `${titles[engine.name]} did not answer as asked, even after a second try`,
				description: `${checked.errors.join('; ')}. Choose a stronger model or fewer analyses, or let Rules step in under Options.`,
			},
		);
	}
	return {
		findings: findingsFrom(checked.answer, turns, request),
		engine: {
			name: engine.name,
			model: first.model,
			requests: replies.length,
			repaired: replies.length > 1,
			usage: replies.map(({ usage }) => usage).reduce(sum),
			fallbackReason: null,
		},
	};
}

const titles: Record<Engine['name'], string> = { gemini: 'Gemini', openAi: 'OpenAI' };

interface Checked {
	answer: unknown;
	/** Whether the schema is met, so that it can be used although a quote may be wrong. */
	fits: boolean;
	errors: string[];
}

/** A repair that is worse than the answer of before does not take its place. */
function check({ text }: Reply, schema: Schema, turns: readonly Turn[], before?: Checked): Checked {
	const now = checkText(text, schema, turns);
	return !now.fits && before?.fits ? before : now;
}

function checkText(text: string, schema: Schema, turns: readonly Turn[]): Checked {
	let answer: unknown;
	try {
		answer = JSON.parse(text) as unknown;
	} catch (error) {
		return {
			answer: undefined,
			fits: false,
			errors: [`it is not JSON: ${(error as Error).message}`],
		};
	}
	const errors = validate(answer, schema);
	if (errors.length > 0) return { answer, fits: false, errors };
	return { answer, fits: true, errors: mistakesIn(answer, turns) };
}

const sum = (a: Usage, b: Usage): Usage => ({
	inputTokens: a.inputTokens + b.inputTokens,
	outputTokens: a.outputTokens + b.outputTokens,
	reasoningTokens: a.reasoningTokens + b.reasoningTokens,
	totalTokens: a.totalTokens + b.totalTokens,
});
