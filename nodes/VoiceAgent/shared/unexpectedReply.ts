import { NodeOperationError } from 'n8n-workflow';

import type { RequestContext } from '../../shared/request';

/** For a 2xx reply that is none of the sidecar's: something else answers at the base URL. */
export function unexpectedReply(
	context: RequestContext,
	missing: string,
	itemIndex?: number,
): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		`The reply of the voice sidecar has no ${missing}`,
		{
			...(itemIndex === undefined ? {} : { itemIndex }),
			description: 'Check that the base URL of the credential is that of the media sidecar.',
		},
	);
}
