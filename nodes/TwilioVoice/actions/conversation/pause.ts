import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { redirect } from '../../twiml/conversationVerbs';
import { pause } from '../../twiml/verbs';
import { shortWaitMs, wholeNumber } from './fields';

export const description: INodeProperties[] = [
	{
		displayName: 'Seconds',
		name: 'seconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 180 },
		required: true,
		default: 2,
		description: 'How long the caller hears nothing',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const given = this.getNodeParameter('seconds', itemIndex, 2);
	const seconds = wholeNumber.call(this, itemIndex, 'Seconds', given, 1, 180);
	return await hold.call(this, itemIndex, {
		operation: 'pause',
		limitMs: shortWaitMs,
		verbs: (url) => [pause(seconds), redirect(url('result'))],
	});
}

export const output = outputFor('pause');
