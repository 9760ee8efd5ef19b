import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { readUrl } from '../../shared/checks';
import { playFields } from '../../shared/playFields';
import { redirect } from '../../twiml/conversationVerbs';
import { play } from '../../twiml/verbs';
import { longWaitMs, wholeNumber } from './fields';

export const description: INodeProperties[] = playFields;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const address = readUrl.call(this, 'audioUrl', 'Audio URL', itemIndex);
	const { loop = 1 } = this.getNodeParameter('options', itemIndex, {}) as { loop?: number };
	const times = wholeNumber.call(this, itemIndex, 'Repeat', loop, 1, 1000);
	return await hold.call(this, itemIndex, {
		operation: 'play',
		limitMs: longWaitMs,
		verbs: (url) => [play(address, times === 1 ? undefined : times), redirect(url('result'))],
	});
}

export const output = outputFor('play');
