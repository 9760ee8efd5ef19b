import type { IDataObject } from 'n8n-workflow';

/** What was said and heard, one line per turn, for a model or a reader. Empty without turns. */
export function transcriptOf(call: IDataObject): string {
	if (!Array.isArray(call.turns)) return '';
	return (call.turns as IDataObject[])
		.filter(({ role, text }) => role !== 'tool' && typeof text === 'string' && text !== '')
		.map(({ role, text }) => `${String(role)}: ${String(text)}`)
		.join('\n');
}

export function withTranscript(call: IDataObject): IDataObject {
	return { ...call, transcript: transcriptOf(call) };
}

/** The utterances of a live transcription in the order in which they were begun, one line each. */
export function spokenTranscriptOf({ utterances }: IDataObject): string {
	if (!Array.isArray(utterances)) return '';
	return [...(utterances as IDataObject[])]
		.sort((a, b) => Number(a.startMs) - Number(b.startMs))
		.map(({ track, text }) => `${String(track)}: ${String(text)}`)
		.join('\n');
}

export function withSpokenTranscript(transcription: IDataObject): IDataObject {
	return { ...transcription, transcript: spokenTranscriptOf(transcription) };
}
