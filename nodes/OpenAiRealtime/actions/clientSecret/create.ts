import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSession } from '../../session/build';
import { sessionFields } from '../../session/fields';
import { withoutSecrets } from '../../shared/withoutSecrets';
import { openAiRequest } from '../../transport/openAi';

export const description: INodeProperties[] = [
	...sessionFields,
	{
		displayName: 'Valid For (Seconds)',
		name: 'expiresAfter',
		type: 'number',
		typeOptions: { minValue: 10, maxValue: 7200 },
		default: 600,
		description:
			'Until when a session can be begun with the secret, 10 to 7200; a session that runs goes on',
	},
];

/** The secret is what is asked for here, so it is put out; the access tokens of tools are not. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const seconds = this.getNodeParameter('expiresAfter', itemIndex) as number;
	if (!Number.isInteger(seconds) || seconds < 10 || seconds > 7200) {
		throw new NodeOperationError(this.getNode(), 'The field Valid For is out of range', {
			itemIndex,
			description: 'Give a whole number of seconds from 10 to 7200.',
		});
	}
	const reply = await openAiRequest(this, {
		method: 'POST',
		path: '/realtime/client_secrets',
		body: {
			expires_after: { anchor: 'created_at', seconds },
			session: readSession.call(this, itemIndex, 'any'),
		},
		itemIndex,
	});
	const expiresAt = Number(reply.expires_at);
	return {
		clientSecret: reply.value,
		expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt * 1000).toISOString() : null,
		session: withoutSecrets((reply.session ?? {}) as IDataObject),
	};
}
