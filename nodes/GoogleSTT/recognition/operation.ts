import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asObject, failureOf } from '../../shared/googleFailure';
import { googleError, googleRequest, pause, sendGoogle } from '../../shared/googleSpeech';
import type { Format } from '../audio/recording';
import { readRecognized, type Recognized } from '../transcript/segments';
import { configOf, pathsOf } from './config';
import { speechCure } from './errors';
import type { Outcome } from './inline';
import { LanguageChoice } from './languageChoice';
import type { Settings } from './settings';

const firstPollMs = 2000;
const longestPollMs = 15_000;

/** google.rpc.Code by number, as the HTTP status that Google maps it to (google/rpc/code.proto). */
const httpStatus: Record<number, number> = {
	3: 400,
	5: 404,
	7: 403,
	8: 429,
	9: 400,
	11: 400,
	13: 500,
	14: 503,
	16: 401,
};

/**
 * Recognises what lies in Cloud Storage, whatever its length: `longrunningrecognize` of version 1,
 * `batchRecognize` of version 2. Asks for the result until `waitMs` are over.
 */
export async function recognizeStored(
	context: IExecuteFunctions,
	uri: string,
	format: Format | undefined,
	settings: Settings,
	waitMs: number,
	itemIndex: number,
): Promise<Outcome> {
	const cureOf = speechCure(settings);
	const { longRunning: path } = pathsOf(settings, format);
	const { reply, language } = await LanguageChoice.of(context, settings).send(async (code) => {
		const config = configOf(settings, code, format);
		const body: IDataObject =
			settings.apiVersion === 'v1'
				? { config, audio: { uri } }
				: { config, files: [{ uri }], recognitionOutputConfig: { inlineResponseConfig: {} } };
		return await sendGoogle(context, {
			service: 'speech',
			method: 'POST',
			path,
			body,
			location: settings.location,
			itemIndex,
		});
	});
	if (!reply.ok) throw googleError(context, reply.failure, { itemIndex, cureOf });
	const name = String(reply.body.name ?? '');
	const done = await finished(context, name, settings, waitMs, itemIndex);
	return { ...readDone(done, uri), language, pieces: 1 };

	function readDone(operation: IDataObject, file: string): Recognized {
		throwFailure(operation.error);
		const response = asObject(operation.response);
		if (settings.apiVersion === 'v1') return readRecognized(response, 0);
		const results = asObject(response.results);
		const result = asObject(results[file] ?? Object.values(results)[0]);
		throwFailure(result.error);
		const inline = asObject(result.inlineResult);
		const transcript = asObject(inline.transcript ?? result.transcript);
		return readRecognized({ ...transcript, metadata: result.metadata ?? transcript.metadata }, 0);
	}

	function throwFailure(status: unknown): void {
		const { code } = asObject(status);
		if (typeof code !== 'number' || code === 0) return;
		const failure = failureOf('speech', httpStatus[code] ?? 500, { error: status });
		throw googleError(context, failure, { itemIndex, cureOf });
	}
}

async function finished(
	context: IExecuteFunctions,
	name: string,
	{ apiVersion, location }: Settings,
	waitMs: number,
	itemIndex: number,
): Promise<IDataObject> {
	const path = apiVersion === 'v1' ? `/v1/operations/${encodeURIComponent(name)}` : `/v2/${name}`;
	let waitedMs = 0;
	for (let stepMs = firstPollMs; ; stepMs = Math.min(stepMs * 1.5, longestPollMs)) {
		const operation = await googleRequest(context, {
			service: 'speech',
			method: 'GET',
			path,
			location,
			itemIndex,
		});
		if (operation.done === true) return operation;
		if (waitedMs >= waitMs) {
			throw new NodeOperationError(context.getNode(), 'Google is not done with the recording yet', {
				itemIndex,
				description: `After ${String(Math.round(waitMs / 60_000))} minutes the operation "${name}" was still running. Raise the option Wait at Most.`,
			});
		}
		const ms = Math.min(stepMs, waitMs - waitedMs);
		await pause(context, ms);
		waitedMs += ms;
	}
}
