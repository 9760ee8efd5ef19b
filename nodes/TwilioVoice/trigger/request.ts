import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

export interface TwilioRequest {
	rawBody: Buffer;
	/** What stands behind `?` in the request line, unchanged; without the question mark. */
	rawQuery: string;
	headers: { signature: string | undefined; contentType: string | undefined };
	/** The form's fields, or those of a JSON body. */
	params: Record<string, string>;
}

/** A request as it came in; nothing of it is to be trusted before its signature is verified. */
export function readRequest(this: IWebhookFunctions): TwilioRequest {
	const request = this.getRequestObject();
	const rawBody = request.rawBody ?? Buffer.alloc(0);
	const [, rawQuery = ''] = /\?(.*)$/s.exec(request.originalUrl) ?? [];
	const headers = this.getHeaderData();
	const contentType = headers['content-type'];
	return {
		rawBody,
		rawQuery,
		headers: { signature: single(headers['x-twilio-signature']), contentType },
		params: readParams(rawBody, contentType),
	};
}

function readParams(rawBody: Buffer, contentType: string | undefined): Record<string, string> {
	const text = rawBody.toString('utf8');
	if (!(contentType ?? '').toLowerCase().includes('json')) {
		return Object.fromEntries(new URLSearchParams(text));
	}
	return Object.fromEntries(
		Object.entries(readObject(text)).map(([name, value]) => [
			name,
			typeof value === 'string' ? value : JSON.stringify(value),
		]),
	);
}

function readObject(text: string): IDataObject {
	try {
		const body: unknown = JSON.parse(text);
		return typeof body === 'object' && body !== null ? (body as IDataObject) : {};
	} catch {
		return {};
	}
}

function single(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header[0] : header;
}
