import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSession } from '../../session/build';
import { sessionFields } from '../../session/fields';
import { withoutSecrets } from '../../shared/withoutSecrets';
import { callIdField, readCallId } from '../../shared/callIdField';
import { openAiRequest } from '../../transport/openAi';

export const description: INodeProperties[] = [callIdField, ...sessionFields];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callId = readCallId.call(this, itemIndex);
	const session = readSession.call(this, itemIndex, 'sip');
	await openAiRequest(this, {
		method: 'POST',
		path: `/realtime/calls/${callId}/accept`,
		body: session,
		itemIndex,
	});
	return { callId, accepted: true, session: withoutSecrets(session) };
}
