import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
import { reasonField, rejectVerb } from '../../shared/rejection';

export const description: INodeProperties[] = [reasonField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await answerCall.call(this, itemIndex, [rejectVerb.call(this, itemIndex)]);
}
