import { randomUUID } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { GoogleFailure } from '../../shared/googleFailure';
import { googleRequest, sendGoogle } from '../../shared/googleSpeech';
import type { Cure } from '../../shared/request';

const uploadTimeoutMs = 600_000;

/** https://cloud.google.com/storage/docs/buckets#naming */
export function isBucketName(name: string): boolean {
	return /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name);
}

/** The parts of `gs://bucket/object`, or undefined. */
export function readUri(uri: string): { bucket: string; object: string } | undefined {
	const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
	return bucket && object && isBucketName(bucket) ? { bucket, object } : undefined;
}

function bucketCure(bucket: string) {
	return ({ statusCode, message }: GoogleFailure): Cure | undefined => {
		if (statusCode === 404) {
			return {
				message: `Cloud Storage has no bucket "${bucket}", or not this object in it`,
				description: `Check the name of the bucket and of the object. Google said: ${message}`,
			};
		}
		if (statusCode === 401 || statusCode === 403) {
			return {
				message: `The credentials may not use the bucket "${bucket}"`,
				description: `Use a service account in the Google Speech credential, and grant it the role Storage Object User on the bucket. Google said: ${message}`,
			};
		}
		return undefined;
	};
}

/** Puts a recording into a bucket under a name of its own. Returns its `gs://` address. */
export async function upload(
	context: IExecuteFunctions,
	bucket: string,
	bytes: Buffer,
	itemIndex: number,
): Promise<string> {
	const name = `n8n-transcription/${randomUUID()}`;
	await googleRequest(context, {
		service: 'storage',
		method: 'POST',
		path: `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`,
		qs: { uploadType: 'media', name },
		body: bytes,
		headers: { 'content-type': 'application/octet-stream' },
		timeoutMs: uploadTimeoutMs,
		itemIndex,
		cureOf: bucketCure(bucket),
	});
	return `gs://${bucket}/${name}`;
}

/** Removes it again. Returns why it could not be removed, for the builder to see; '' when it was. */
export async function remove(
	context: IExecuteFunctions,
	uri: string,
	itemIndex: number,
): Promise<string> {
	const { bucket, object } = readUri(uri) ?? { bucket: '', object: '' };
	const reply = await sendGoogle(context, {
		service: 'storage',
		method: 'DELETE',
		path: `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}`,
		itemIndex,
	});
	if (reply.ok || reply.failure.statusCode === 404) return '';
	return `${uri} could not be deleted: ${reply.failure.message || `HTTP ${String(reply.failure.statusCode)}`}`;
}
