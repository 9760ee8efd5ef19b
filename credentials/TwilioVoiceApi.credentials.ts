import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class TwilioVoiceApi implements ICredentialType {
	name = 'twilioVoiceApi';

	displayName = 'Twilio Voice API';

	documentationUrl =
		'https://github.com/n8n-nodes-voice-agents/n8n-nodes-voice-agents/blob/main/docs/n8n-nodes.md';

	icon = {
		light: 'file:../nodes/TwilioVoice/twilioVoice.svg',
		dark: 'file:../nodes/TwilioVoice/twilioVoice.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Account SID',
			name: 'accountSid',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'AC…',
			description: 'Begins with AC. You find it on the first page of the Twilio console.',
		},
		{
			displayName: 'Auth Token',
			name: 'authToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Needed even with an API key: Twilio signs its webhooks with the Auth Token, and requests that are not signed by it are refused',
		},
		{
			displayName: 'API Key SID',
			name: 'apiKeySid',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'SK…',
			description:
				'Begins with SK. When it is set, requests to Twilio use the API key instead of the Auth Token.',
		},
		{
			displayName: 'API Key Secret',
			name: 'apiKeySecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'The secret that Twilio showed when the API key was created',
		},
		{
			displayName: 'API Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.twilio.com',
			description:
				'Change it for another region, for example https://api.dublin.ie1.twilio.com for Ireland',
		},
		{
			displayName: 'Lookups Base URL',
			name: 'lookupsBaseUrl',
			type: 'string',
			default: 'https://lookups.twilio.com',
			description: 'Where numbers are looked up; the same for all regions',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			auth: {
				username: '={{ $credentials.apiKeySid || $credentials.accountSid }}',
				password:
					'={{ $credentials.apiKeySid ? $credentials.apiKeySecret : $credentials.authToken }}',
			},
		},
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.baseUrl || "https://api.twilio.com").replace(/\\/+$/, "") }}',
			url: '=/2010-04-01/Accounts/{{ $credentials.accountSid }}.json',
		},
	};
}
