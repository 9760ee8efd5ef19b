import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { agentFields } from '../../shared/agentFields';
import { agentVerbs } from '../../shared/agentVerbs';
import { answerCall } from '../../shared/answer';

export const description: INodeProperties[] = agentFields;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await answerCall.call(this, itemIndex, agentVerbs.call(this, itemIndex));
}
