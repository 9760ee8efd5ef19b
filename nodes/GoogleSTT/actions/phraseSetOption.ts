import type { INodeProperties } from 'n8n-workflow';

/** The lists of `data/automotive.ts`. */
export const phraseSetOption: INodeProperties = {
	displayName: 'Ready-Made Phrases',
	name: 'phraseSet',
	type: 'options',
	default: 'automotiveChile',
	options: [
		{
			name: 'Cars (Chile)',
			value: 'automotiveChile',
			description: 'Makes, models, papers and workshop words, as said in Chile',
		},
	],
	description: 'Words of a trade that are then recognised better',
};
