import type { INodeProperties } from 'n8n-workflow';

export const properties: INodeProperties[] = [
	{
		displayName:
			'OpenAI offers no way to set webhooks by itself: copy the production URL above into the project at platform.openai.com (Settings > Project > Webhooks, event realtime.call.incoming), and the secret that it shows into the credential.',
		name: 'setupNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		default: ['realtime.call.incoming'],
		options: [
			{
				name: 'Incoming SIP Call',
				value: 'realtime.call.incoming',
				description: 'Somebody calls the SIP address of the project, and waits to be accepted',
			},
		],
		description: 'Which events start the workflow. Others are acknowledged and ignored.',
	},
];
