import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class VoiceGeminiApi implements ICredentialType {
	name = 'voiceGeminiApi';

	displayName = 'Voice Gemini API';

	documentationUrl =
		'https://github.com/n8n-nodes-voice-agents/n8n-nodes-voice-agents/blob/main/docs/n8n-nodes.md';

	icon = {
		light: 'file:../nodes/VoiceAnalyzer/voiceAnalyzer.svg',
		dark: 'file:../nodes/VoiceAnalyzer/voiceAnalyzer.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'A key of the Gemini API, from Google AI Studio (aistudio.google.com/apikey)',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://generativelanguage.googleapis.com',
			description: 'Change it only for a proxy that speaks the Gemini API. Without a version.',
		},
	];

	/** The key goes into a header, never into the address, so that no log of a proxy shows it. */
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'x-goog-api-key': '={{ $credentials.apiKey }}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL:
				'={{ ($credentials.baseUrl || "https://generativelanguage.googleapis.com").replace(/\\/+$/, "") }}',
			url: '/v1beta/models',
			qs: { pageSize: 1 },
		},
	};
}
