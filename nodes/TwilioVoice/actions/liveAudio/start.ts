import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { startLiveTranscription, type TranscribedTrack } from '../../shared/liveTranscription';
import { listOf } from '../../../shared/listOf';
import { optionalUrl, readCallSid, readPhoneNumber, readString } from '../../shared/checks';
import { callSidField } from '../../shared/locators';
import { streamOutput } from '../../shared/outputs';
import { readParameters, streamFields } from '../../shared/streamFields';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [callSidField, ...streamFields];

interface StreamOptions {
	language?: string;
	name?: string;
	phrases?: string;
	statusCallback?: string;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callSid = readCallSid.call(this, itemIndex);
	const track = this.getNodeParameter('track', itemIndex) as TranscribedTrack;
	return this.getNodeParameter('destination', itemIndex) === 'webSocket'
		? await startStream.call(this, callSid, track, itemIndex)
		: await startTranscription.call(this, callSid, track, itemIndex);
}

async function startTranscription(
	this: IExecuteFunctions,
	callSid: string,
	track: TranscribedTrack,
	itemIndex: number,
): Promise<IDataObject> {
	const { language, phrases } = this.getNodeParameter(
		'transcriptionOptions',
		itemIndex,
		{},
	) as StreamOptions;
	const words = listOf(phrases);
	return await startLiveTranscription(this, {
		callSid,
		track,
		itemIndex,
		...whose.call(this, itemIndex),
		...(language?.trim() ? { language: language.trim() } : {}),
		...(words.length > 0 ? { phrases: words } : {}),
	});
}

function whose(
	this: IExecuteFunctions,
	itemIndex: number,
): { tenant?: string; calledNumber?: string } {
	switch (this.getNodeParameter('tenantBy', itemIndex)) {
		case 'calledNumber':
			return {
				calledNumber: readPhoneNumber.call(this, 'calledNumber', 'Called Number', itemIndex),
			};
		case 'tenant':
			return { tenant: readString.call(this, 'tenant', itemIndex) };
		default:
			return {};
	}
}

async function startStream(
	this: IExecuteFunctions,
	callSid: string,
	track: TranscribedTrack,
	itemIndex: number,
): Promise<IDataObject> {
	const url = readString.call(this, 'webSocketUrl', itemIndex);
	if (!/^wss:\/\/[^?#\s]+$/.test(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" in WebSocket URL does not work`, {
			itemIndex,
			description:
				'Twilio streams to wss:// addresses without a query only. Hand values over as parameters instead.',
		});
	}
	const options = this.getNodeParameter('streamOptions', itemIndex, {}) as StreamOptions;
	const form = {
		Url: url,
		Name: options.name?.trim() || undefined,
		Track: `${track}_track${track === 'both' ? 's' : ''}`,
		StatusCallback: optionalUrl.call(
			this,
			options.statusCallback,
			'Status Callback URL',
			itemIndex,
		),
		...readParameters.call(this, itemIndex),
	};
	return streamOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${callSid}/Streams.json`,
			form,
			itemIndex,
		}),
	);
}
