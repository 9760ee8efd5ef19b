import type { INodePropertyOptions } from 'n8n-workflow';

/** How speech becomes an answer. */
export const pipelines: INodePropertyOptions[] = [
	{
		name: 'Cascade',
		value: 'cascade',
		description: 'Speech recognition, language model, voice: one after the other',
	},
	{
		name: 'Realtime',
		value: 'realtime',
		description: 'One model that hears and speaks (OpenAI Realtime), with the least delay',
	},
];
