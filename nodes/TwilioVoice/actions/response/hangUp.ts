import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
import { hangUp } from '../../twiml/verbs';

export const description: INodeProperties[] = [];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await answerCall.call(this, itemIndex, [hangUp()]);
}
