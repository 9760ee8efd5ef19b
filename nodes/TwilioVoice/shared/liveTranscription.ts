import { NodeApiError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { given } from '../../shared/request';
import { sidecarRequest } from '../../shared/sidecar';
import { twilioRequest } from '../transport/twilio';
import { isoTime } from './callOutput';

export type TranscribedTrack = 'inbound' | 'outbound' | 'both';

export interface StartOfTranscription {
	/** A call in progress, as Twilio names it. */
	callSid: string;
	/** Slug or id. Without it the sidecar takes the tenant of its key, or of `calledNumber`. */
	tenant?: string;
	/** E.164. */
	calledNumber?: string;
	/** BCP-47. @defaultValue the tenant's */
	language?: string;
	track: TranscribedTrack;
	/** Words that are likely to be said; at most 500. */
	phrases?: string[];
	/** E.164; comes back in every event, as `to` and `metadata` do. */
	from?: string;
	to?: string;
	metadata?: Record<string, string>;
	itemIndex: number;
}

/**
 * Has a running call transcribed: the sidecar gives a place, and Twilio sends it a copy of the
 * audio. Utterances arrive at the Voice Agent Trigger. The call itself goes on as it was.
 *
 * Needs the credentials `voiceSidecarApi` and `twilioVoiceApi`.
 * @throws {NodeApiError} when the sidecar or Twilio refuses; the place is then given back
 */
export async function startLiveTranscription(
	context: IExecuteFunctions,
	{ itemIndex, callSid, ...wanted }: StartOfTranscription,
): Promise<IDataObject> {
	const place = await sidecarRequest(context, {
		method: 'POST',
		path: '/v1/transcriptions',
		body: given({ callSid, ...wanted } as IDataObject),
		itemIndex,
	});
	const transcriptionId = String(place.transcriptionId);
	let stream: IDataObject | undefined;
	try {
		stream = await twilioRequest(context, {
			method: 'POST',
			path: `/Calls/${callSid}/Streams.json`,
			form: {
				Url: place.streamUrl,
				Name: transcriptionId,
				Track: place.track,
				StatusCallback: place.streamStatusUrl,
				StatusCallbackMethod: 'POST',
				'Parameter1.Name': 'transcriptionId',
				'Parameter1.Value': transcriptionId,
				'Parameter2.Name': 'token',
				'Parameter2.Value': place.token,
			},
			itemIndex,
		});
	} finally {
		if (stream === undefined) await giveBackQuietly(context, transcriptionId, itemIndex);
	}
	return {
		transcriptionId,
		callSid,
		streamSid: stream.sid,
		streamName: transcriptionId,
		streamStatus: stream.status,
		track: wanted.track,
		startedAt: isoTime(stream.date_updated),
	};
}

export interface EndOfTranscription {
	callSid: string;
	transcriptionId: string;
	itemIndex: number;
}

/**
 * Ends a live transcription. One that has ended already, also because the call is over, is no error.
 * @throws {NodeApiError} when the sidecar or Twilio refuses
 */
export async function stopLiveTranscription(
	context: IExecuteFunctions,
	{ callSid, transcriptionId, itemIndex }: EndOfTranscription,
): Promise<IDataObject> {
	const name = encodeURIComponent(transcriptionId);
	let wasStreaming = true;
	try {
		await twilioRequest(context, {
			method: 'POST',
			path: `/Calls/${callSid}/Streams/${name}.json`,
			form: { Status: 'stopped' },
			itemIndex,
		});
	} catch (error) {
		if (!isOver(error)) throw asNodeError(context, error, itemIndex);
		wasStreaming = false;
	}
	await giveBack(context, transcriptionId, itemIndex);
	return { transcriptionId, callSid, streamStatus: 'stopped', wasStreaming };
}

async function giveBack(context: IExecuteFunctions, transcriptionId: string, itemIndex: number) {
	await sidecarRequest(context, {
		method: 'DELETE',
		path: `/v1/transcriptions/${encodeURIComponent(transcriptionId)}`,
		itemIndex,
	});
}

/** Twilio's refusal is what the builder has to read; a place that is not taken expires by itself. */
async function giveBackQuietly(
	context: IExecuteFunctions,
	transcriptionId: string,
	itemIndex: number,
) {
	try {
		await giveBack(context, transcriptionId, itemIndex);
	} catch (error) {
		context.logger.warn('A live transcription that did not begin could not be given back', {
			error: (error as Error).message,
		});
	}
}

/** Twilio knows no such stream any more, or the call has ended. */
function isOver(error: unknown): boolean {
	return (
		error instanceof NodeApiError && (error.httpCode === '404' || error.context.code === 21_220)
	);
}

function asNodeError(context: IExecuteFunctions, error: unknown, itemIndex: number) {
	if (error instanceof NodeApiError) return error;
	return new NodeApiError(context.getNode(), { message: String(error) }, { itemIndex });
}
