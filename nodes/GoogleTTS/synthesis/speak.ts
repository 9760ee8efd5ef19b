import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { googleRequest } from '../../shared/googleSpeech';
import type { AudioFormat, JoinedAudio } from '../audio/formats';
import { AudioError } from '../audio/problem';
import { textToSpeechCure } from '../shared/errors';
import type { ChosenVoice } from '../shared/voices';
import { inParallel } from '../../shared/parallel';
import type { SpeechInput } from './input';
import type { RequestGate } from './requestGate';

export interface SpeechOrder {
	input: SpeechInput;
	voice: ChosenVoice;
	format: AudioFormat;
	/** Rate, pitch and so on, as Google names them; without the encoding. */
	audioConfig: IDataObject;
}

/** So long a text takes its time: Google answers when all of it is spoken. */
const timeoutMs = 120_000;
/** Busy is passing: the quota is per minute. */
const attempts = 6;

/** Has Google speak each piece, some at once, and joins them in order. */
export async function speak(
	context: IExecuteFunctions,
	itemIndex: number,
	order: SpeechOrder,
	gate: RequestGate,
): Promise<JoinedAudio> {
	const { pieces } = order.input;
	const parts = await inParallel(
		pieces.length,
		gate.parallel,
		async (index) =>
			await gate.run(async () => await speakPiece(context, itemIndex, order, pieces[index] ?? '')),
	);
	return joined(context, itemIndex, order.format, parts);
}

async function speakPiece(
	context: IExecuteFunctions,
	itemIndex: number,
	{ input, voice, format, audioConfig }: SpeechOrder,
	piece: string,
): Promise<Buffer> {
	const { audioContent } = await googleRequest(context, {
		service: 'textToSpeech',
		method: 'POST',
		path: '/v1/text:synthesize',
		body: {
			input: { [input.kind]: piece },
			voice: { name: voice.name, languageCode: voice.languageCode },
			audioConfig: { audioEncoding: format.encoding, ...audioConfig },
		},
		itemIndex,
		timeoutMs,
		attempts,
		cureOf: textToSpeechCure,
	});
	const audio = Buffer.from(typeof audioContent === 'string' ? audioContent : '', 'base64');
	if (audio.length > 0) return audio;
	throw new NodeOperationError(context.getNode(), 'Google sent no audio', {
		itemIndex,
		description: 'Try again. If it stays, try another voice or a shorter text.',
	});
}

export function joined(
	context: IExecuteFunctions,
	itemIndex: number,
	format: AudioFormat,
	parts: Buffer[],
): JoinedAudio {
	try {
		return format.join(parts);
	} catch (error) {
		const what =
			error instanceof AudioError ? error.message : `cannot be read: ${(error as Error).message}`;
		throw new NodeOperationError(context.getNode(), `The audio that arrived ${what}`, {
			itemIndex,
			description: 'Try again, or choose another format.',
		});
	}
}
