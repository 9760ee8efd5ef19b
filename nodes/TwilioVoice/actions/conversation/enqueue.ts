import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { optionalUrl } from '../../shared/checks';
import { enqueue } from '../../twiml/conversationVerbs';
import { longWaitMs } from './fields';

export const description: INodeProperties[] = [
	{
		displayName: 'Queue',
		name: 'queue',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'ventas',
		description: 'The name of the queue. Twilio makes it when it does not exist.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Wait URL',
				name: 'waitUrl',
				type: 'string',
				default: '',
				placeholder: 'https://cdn.example.com/espera.mp3',
				description: "Audio or TwiML for those who wait. Empty: Twilio's music.",
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const queue = String(this.getNodeParameter('queue', itemIndex, '') ?? '').trim();
	if (queue === '' || queue.length > 64) {
		throw new NodeOperationError(
			this.getNode(),
			queue === '' ? 'The field Queue is empty' : 'The name in the field Queue is too long',
			{ itemIndex, description: 'Write the name of a queue, of at most 64 characters.' },
		);
	}
	const options = this.getNodeParameter('options', itemIndex, {}) as { waitUrl?: string };
	const waitUrl = optionalUrl.call(this, options.waitUrl, 'Wait URL', itemIndex);
	return await hold.call(this, itemIndex, {
		operation: 'enqueue',
		limitMs: longWaitMs,
		verbs: (url) => [enqueue(queue, { action: url('result'), waitUrl })],
	});
}

export const output = outputFor('enqueue');

/** Left the Queue. */
export const failureOutput = 1;
