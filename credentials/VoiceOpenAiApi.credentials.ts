import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

export class VoiceOpenAiApi implements ICredentialType {
	name = 'voiceOpenAiApi';

	displayName = 'Voice OpenAI API';

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
			placeholder: 'sk-…',
			description: 'A key of a project, from platform.openai.com/api-keys',
		},
		{
			displayName: 'Organization ID',
			name: 'organizationId',
			type: 'string',
			default: '',
			placeholder: 'org-…',
			description: 'Only for a key that belongs to several organizations',
		},
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			default: '',
			placeholder: 'proj_…',
			description:
				'Only for a key that reaches several projects. It is also the user part of the SIP address, sip:proj_…@sip.api.openai.com.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'whsec_…',
			description:
				'Needed by the OpenAI Realtime Trigger only: OpenAI shows it once, when the webhook is created, and signs its requests with it. Each webhook has its own; separate several with spaces or commas.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.openai.com/v1',
			description:
				'Change it for another region, for example https://eu.api.openai.com/v1, or for a proxy that speaks the OpenAI API. With the version.',
		},
	];

	/** A function, because OpenAI refuses an empty OpenAI-Organization or OpenAI-Project header. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const text = (name: string) => String(credentials[name] ?? '').trim();
		return {
			...requestOptions,
			headers: {
				...requestOptions.headers,
				Authorization: `Bearer ${text('apiKey')}`,
				...(text('organizationId') ? { 'OpenAI-Organization': text('organizationId') } : {}),
				...(text('projectId') ? { 'OpenAI-Project': text('projectId') } : {}),
			},
		};
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.baseUrl || "https://api.openai.com/v1").replace(/\\/+$/, "") }}',
			url: '/models',
		},
	};
}
