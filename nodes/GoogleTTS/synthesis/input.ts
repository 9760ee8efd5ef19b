import type { IExecuteFunctions } from 'n8n-workflow';

import { fail, failOn } from '../shared/fail';
import { traitsOf } from '../shared/families';
import type { ChosenVoice } from '../shared/voices';
import { mostInputBytes, splitSsml } from '../ssml/split';
import { readSsml } from '../ssml/validate';
import { markupProblems } from '../text/markup';
import { splitText } from '../text/split';

export type InputKind = 'markup' | 'ssml' | 'text';

export interface SpeechInput {
	kind: InputKind;
	/** What is spoken by one request each, in order. */
	pieces: string[];
	/** Of the whole, as the builder wrote it. */
	characters: number;
}

const labels: Record<InputKind, string> = { markup: 'Markup', ssml: 'SSML', text: 'Text' };

/**
 * What to say, checked for the voice and divided into what Google takes at once.
 * @throws {NodeOperationError} naming the place and the cure
 */
export function readInput(
	context: IExecuteFunctions,
	itemIndex: number,
	voice: ChosenVoice,
): SpeechInput {
	const kind = context.getNodeParameter('input', itemIndex) as InputKind;
	const source = String(context.getNodeParameter(kind, itemIndex, '') ?? '');
	if (source.trim() === '') {
		fail(
			context,
			itemIndex,
			`The field ${labels[kind]} is empty`,
			'Google speaks no empty text. Check the expression of the field, or leave the item out before this node.',
		);
	}
	return {
		kind,
		pieces: piecesOf(context, itemIndex, voice, kind, source),
		characters: charactersIn(source),
	};
}

function piecesOf(
	context: IExecuteFunctions,
	itemIndex: number,
	voice: ChosenVoice,
	kind: InputKind,
	source: string,
): string[] {
	const traits = traitsOf(voice.family);
	if (kind === 'text') {
		if (!/[\p{L}\p{N}\p{S}]/u.test(source)) {
			fail(
				context,
				itemIndex,
				'There is nothing to say in the field Text',
				'It has neither letters nor digits.',
			);
		}
		return splitText(source, mostInputBytes);
	}
	if (kind === 'markup') {
		if (!traits.markup) {
			fail(
				context,
				itemIndex,
				`The voice ${voice.name} takes no markup`,
				'Choose a Chirp 3 HD voice, or set Input to Text or SSML.',
			);
		}
		failOn(context, itemIndex, 'Markup', source, markupProblems(source));
		return splitText(source, mostInputBytes);
	}
	if (!traits.ssml) {
		fail(
			context,
			itemIndex,
			`The voice ${voice.name} takes no SSML`,
			'Set Input to Text, or choose a Neural2, Wavenet or Standard voice.',
		);
	}
	const { root, problems } = readSsml(source, voice.family);
	failOn(context, itemIndex, 'SSML', source, problems);
	if (!root) return [];
	const pieces = splitSsml(source, root);
	if (Array.isArray(pieces)) return pieces;
	failOn(context, itemIndex, 'SSML', source, [pieces]);
	return [];
}

/** Google counts characters, not bytes: white space and tags too. */
export function charactersIn(text: string): number {
	return Array.from(text).length;
}

/** `<mark>` is the one tag that costs nothing (cloud.google.com/text-to-speech/pricing). */
export function billedCharacters({ kind, pieces }: SpeechInput): number {
	const charged = (piece: string) =>
		kind === 'ssml' ? piece.replace(/<\/?mark\b[^>]*>/g, '') : piece;
	return pieces.reduce((sum, piece) => sum + charactersIn(charged(piece)), 0);
}
