import type { INodeProperties } from 'n8n-workflow';

import { locations } from '../../data/models';

/** Which models are meant. */
export const catalogueFields: INodeProperties[] = [
	{
		displayName: 'API',
		name: 'apiVersion',
		type: 'options',
		default: 'v2',
		options: [
			{
				name: 'Version 1',
				value: 'v1',
				description: "From Google's documentation, without a request",
			},
			{
				name: 'Version 2',
				value: 'v2',
				description: 'As Google tells for a location; needs a service account',
			},
		],
		description: 'Which version of Speech-to-Text',
	},
	{
		displayName: 'Location',
		name: 'location',
		type: 'options',
		default: 'us',
		displayOptions: { show: { apiVersion: ['v2'] } },
		options: [...locations].sort().map((name) => ({ name, value: name })),
		description: 'Where Google processes the audio',
	},
];
