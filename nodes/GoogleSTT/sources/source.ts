import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, IN8nHttpFullResponse, JsonObject } from 'n8n-workflow';

import { readSid } from '../../TwilioVoice/shared/checks';
import { twilioFile } from '../../TwilioVoice/transport/twilio';
import { readUri } from '../recognition/storage';

/** A recording in memory, or where Google finds it by itself. */
export type Source =
	| { kind: 'bytes'; bytes: Buffer; mimeType: string; fileName: string }
	| { kind: 'stored'; uri: string };

const downloadTimeoutMs = 300_000;

/** Reads what the fields of "Audio From" say. @throws {NodeApiError | NodeOperationError} with the cure */
export async function readSource(this: IExecuteFunctions, itemIndex: number): Promise<Source> {
	switch (this.getNodeParameter('audioSource', itemIndex)) {
		case 'url':
			return await fromUrl.call(this, itemIndex);
		case 'twilioRecording':
			return await fromTwilio.call(this, itemIndex);
		case 'storage':
			return fromStorage.call(this, itemIndex);
		default:
			return await fromBinary.call(this, itemIndex);
	}
}

async function fromBinary(this: IExecuteFunctions, itemIndex: number): Promise<Source> {
	const property = String(this.getNodeParameter('binaryPropertyName', itemIndex, '')).trim();
	const { mimeType = '', fileName = '' } = this.helpers.assertBinaryData(itemIndex, property);
	const bytes = await this.helpers.getBinaryDataBuffer(itemIndex, property);
	return { kind: 'bytes', bytes, mimeType, fileName };
}

async function fromUrl(this: IExecuteFunctions, itemIndex: number): Promise<Source> {
	const url = String(this.getNodeParameter('url', itemIndex, '')).trim();
	if (!/^https?:\/\/[^\s/]+/i.test(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" in the field URL is no web address`, {
			itemIndex,
			description: 'It must begin with https:// or http://.',
		});
	}
	const { statusCode, headers, body } = await download.call(this, url, itemIndex);
	if (statusCode < 200 || statusCode >= 300) {
		throw new NodeApiError(this.getNode(), {} as JsonObject, {
			itemIndex,
			message: `The audio could not be downloaded: the address answers HTTP ${String(statusCode)}`,
			description: downloadCure(statusCode),
			httpCode: String(statusCode),
		});
	}
	const mimeType = String(headers['content-type'] ?? '');
	if (/^(text\/html|application\/(xhtml|json))/i.test(mimeType)) {
		throw new NodeOperationError(this.getNode(), 'The URL leads to a page, not to audio', {
			itemIndex,
			description: `It answers with ${mimeType}. Copy the address of the file itself; behind a login, download it with another node and choose Binary File.`,
		});
	}
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body as unknown as ArrayBuffer);
	return { kind: 'bytes', bytes, mimeType, fileName: new URL(url).pathname };
}

async function download(
	this: IExecuteFunctions,
	url: string,
	itemIndex: number,
): Promise<IN8nHttpFullResponse> {
	try {
		return (await this.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: downloadTimeoutMs,
		})) as IN8nHttpFullResponse;
	} catch (error) {
		throw new NodeApiError(this.getNode(), {} as JsonObject, {
			itemIndex,
			message: 'The audio could not be downloaded',
			description: `${(error as Error).message}. Check the field URL and that n8n can reach it, and try again.`,
		});
	}
}

function downloadCure(statusCode: number): string {
	if (statusCode === 401 || statusCode === 403) {
		return 'The file is behind a login. For a recording of Twilio choose Twilio Recording; for others, download it with another node and choose Binary File.';
	}
	if (statusCode === 404 || statusCode === 410) {
		return 'There is no such file (any more). Check the field URL; a recording that has just ended may need some seconds.';
	}
	return 'Check the field URL, and try again.';
}

/** Always from the account of the credential, so that its token goes nowhere else. */
async function fromTwilio(this: IExecuteFunctions, itemIndex: number): Promise<Source> {
	const sid = readSid.call(this, 'Recording', 'recordingSid', itemIndex, 'Recording');
	const { stream, contentType } = await twilioFile(this, `/Recordings/${sid}.wav`, {}, itemIndex);
	try {
		const bytes = await this.helpers.binaryToBuffer(stream);
		return { kind: 'bytes', bytes, mimeType: contentType, fileName: `${sid}.wav` };
	} catch (error) {
		throw new NodeApiError(this.getNode(), {} as JsonObject, {
			itemIndex,
			message: 'The recording was cut off while it was downloaded',
			description: `${(error as Error).message}. Try again, or turn on Retry On Fail in the settings of the node.`,
		});
	}
}

function fromStorage(this: IExecuteFunctions, itemIndex: number): Source {
	const uri = String(this.getNodeParameter('storageUri', itemIndex, '')).trim();
	if (readUri(uri)) return { kind: 'stored', uri };
	throw new NodeOperationError(
		this.getNode(),
		`"${uri}" in the field Cloud Storage URI is no address of Cloud Storage`,
		{ itemIndex, description: 'Write gs://, the bucket, and the object: gs://my-bucket/call.wav.' },
	);
}
