import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../../shared/googleSpeech';
import { given } from '../../shared/request';
import { isSidecarError, sidecarRequest, type SidecarRequest } from '../../shared/sidecar';
import type { ChosenVoice } from '../shared/voices';

export const sidecarCredential = 'voiceSidecarApi';

/** docs/contracts.md: what is longer is spoken, but not kept. */
export const mostCachedCharacters = 1000;

/** A sidecar that speaks first waits for Google, which takes as long as the text is. */
const timeoutMs = 60_000;
const attempts = 5;
const firstPauseMs = 1000;

export interface CachedPhrase {
	/** µ-law at 8 kHz without header. */
	audio: Buffer;
	wasCached: boolean;
}

export function hasSidecar(context: IExecuteFunctions): boolean {
	return context.getNode().credentials?.[sidecarCredential] !== undefined;
}

/** @throws {NodeOperationError} when no sidecar is chosen, which alone has a phrase cache */
export function requireSidecar(context: IExecuteFunctions): void {
	if (hasSidecar(context)) return;
	throw new NodeOperationError(context.getNode(), 'The phrase cache needs the voice sidecar', {
		description:
			'Phrases are kept by the media sidecar, not by Google. Choose a Voice Sidecar API credential in this node.',
	});
}

/** As the sidecar names it. */
export function sidecarVoice(
	{ name, languageCode }: ChosenVoice,
	speakingRate?: number,
): IDataObject {
	return given({ name, languageCode, speakingRate });
}

/** A phrase out of the sidecar's cache; what is not there is spoken and kept. */
export async function cachedPhrase(
	context: IExecuteFunctions,
	itemIndex: number,
	phrase: { text: string; voice: IDataObject; tenant: string },
): Promise<CachedPhrase> {
	const reply = await patientRequest(context, {
		method: 'POST',
		path: '/v1/phrases/audio',
		body: given(phrase),
		itemIndex,
	});
	const { audio, encoding, sampleRateHz, cached } = reply;
	if (typeof audio !== 'string' || encoding !== 'audio/x-mulaw' || sampleRateHz !== 8000) {
		throw new NodeOperationError(
			context.getNode(),
			'The voice sidecar sent something else than µ-law at 8 kHz',
			{
				itemIndex,
				description: 'Update the sidecar and this package to versions that go together.',
			},
		);
	}
	return { audio: Buffer.from(audio, 'base64'), wasCached: cached === true };
}

/** Asks again, with growing pauses, while the sidecar or Google behind it is at its limit. */
export async function patientRequest(
	context: IExecuteFunctions,
	request: SidecarRequest,
): Promise<IDataObject> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await sidecarRequest(context, { timeoutMs, ...request });
		} catch (error) {
			const isAtLimit = error instanceof NodeApiError && error.httpCode === '429';
			if (!isAtLimit || attempt >= attempts) throw asNodeError(context, error);
		}
		await pause(context, firstPauseMs * 2 ** (attempt - 1));
	}
}

/** As it is when it is one of n8n's already. */
function asNodeError(context: IExecuteFunctions, error: unknown) {
	return error instanceof NodeApiError
		? error
		: new NodeOperationError(context.getNode(), error as Error);
}

export interface Warming {
	id: string;
	status: 'completed' | 'failed' | 'running';
	total: number;
	done: number;
	synthesized: number;
	alreadyCached: number;
	failed: number;
	/** The first hundred at most. */
	errors: Array<{ index: number; code: string; message: string }>;
}

/** @throws {NodeApiError} also when the warming is not known any more */
export async function readWarming(
	context: IExecuteFunctions,
	id: string,
	itemIndex: number,
): Promise<Warming> {
	try {
		const reply = await patientRequest(context, {
			method: 'GET',
			path: `/v1/phrases/warmings/${encodeURIComponent(id)}`,
			itemIndex,
		});
		return reply as unknown as Warming;
	} catch (error) {
		if (!isSidecarError(error, 'warming-not-found')) throw asNodeError(context, error);
		throw new NodeOperationError(context.getNode(), `The warming is not known: ${id}`, {
			itemIndex,
			description:
				'The sidecar knows a warming for an hour, in the process that took it. It may have been restarted; with several of them, lead n8n to one. Warm again: what is there already costs nothing.',
		});
	}
}
