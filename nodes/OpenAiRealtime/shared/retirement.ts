export interface Retirement {
	/** The day from which OpenAI refuses the model, ISO 8601; absent when it has passed already. */
	on?: string;
	replacement: string;
}

/** When a realtime model ends, and what takes its place. https://developers.openai.com/api/docs/deprecations */
export function retirementOf(model: string): Retirement | undefined {
	const replacement = model.includes('mini') ? 'gpt-realtime-2.1-mini' : 'gpt-realtime-2.1';
	if (/^gpt-4o(?:-mini)?-realtime-preview/.test(model)) return { replacement };
	if (/^gpt-(?:realtime|realtime-mini|audio-mini)(?:-\d{4}-\d{2}-\d{2})?$/.test(model)) {
		return { on: '2027-01-20', replacement };
	}
	return undefined;
}
