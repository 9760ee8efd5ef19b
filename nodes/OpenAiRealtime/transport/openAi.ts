import type { IDataObject, IHttpRequestMethods } from 'n8n-workflow';

import type { Cure, RequestContext } from '../../shared/request';
import { serviceRequest, type AddressedService } from '../../shared/serviceRequest';

export const openAiCredential = 'voiceOpenAiApi';

export interface OpenAiRequest {
	method: IHttpRequestMethods;
	/** Below the versioned base URL, e.g. `/realtime/client_secrets`. */
	path: string;
	body?: IDataObject;
	itemIndex?: number;
}

/**
 * Speaks to OpenAI's REST API for realtime sessions and calls.
 * @throws {NodeApiError} worded for the builder when OpenAI refuses or does not answer
 * @see https://developers.openai.com/api/docs/guides/realtime-sip
 */
export async function openAiRequest(
	context: RequestContext,
	{ method, path, body, itemIndex }: OpenAiRequest,
): Promise<IDataObject> {
	return await serviceRequest(
		context,
		openAi,
		{ method, path, timeout: 15_000, ...(body ? { body } : {}) },
		itemIndex,
	);
}

const openAi: AddressedService = {
	credential: openAiCredential,
	name: 'OpenAI',
	defaultBaseUrl: 'https://api.openai.com/v1',
	cureOf,
};

interface OpenAiError {
	message?: string;
	code?: string | null;
	param?: string | null;
}

function cureOf(status: number, body: IDataObject): Cure {
	const { message = `HTTP ${status}`, code, param } = (body.error ?? {}) as OpenAiError;
	if (code === 'insufficient_quota') {
		return {
			message: 'The OpenAI account has no credit left',
			description:
				'Add credit or raise the limit in the billing settings of the OpenAI platform. Trying again does not help.',
		};
	}
	if (code === 'model_not_found') {
		return {
			message: 'OpenAI has no such realtime model for this key',
			description: `${message} Choose another Model, for example gpt-realtime-2.1.`,
		};
	}
	switch (status) {
		case 400:
			return {
				message: `OpenAI refused the session${param ? `: the field ${param} is wrong` : ''}`,
				description: message,
			};
		case 401:
			return {
				message: 'OpenAI refused the API key',
				description:
					'Check the API key, the organization and the project in the Voice OpenAI credential.',
			};
		case 403:
			return {
				message: 'The API key may not do this',
				description: `${message} A restricted key needs the permission for Realtime.`,
			};
		case 404:
			return {
				message: 'OpenAI has no such call any more',
				description:
					'The caller has hung up, or the call was accepted, rejected or ended already. Turn on Continue On Fail to go on without it. Check that the Call ID begins with rtc_ and belongs to the project of the API key.',
			};
		case 429:
			return {
				message: "OpenAI's rate limit is reached",
				description: `${message} Turn on Retry On Fail in the settings of the node.`,
			};
		default:
			return {
				message: `OpenAI failed with status ${status}`,
				description: `${message} Turn on Retry On Fail in the settings of the node.`,
			};
	}
}
