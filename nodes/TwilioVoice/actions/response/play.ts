import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
import { readUrl } from '../../shared/checks';
import { playFields } from '../../shared/playFields';
import { hangUp, play } from '../../twiml/verbs';

export const description: INodeProperties[] = playFields;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { loop } = this.getNodeParameter('options', itemIndex, {}) as { loop?: number };
	const url = readUrl.call(this, 'audioUrl', 'Audio URL', itemIndex);
	return await answerCall.call(this, itemIndex, [play(url, loop), hangUp()]);
}
