import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { accessTokenOf } from '../nodes/shared/googleToken';

const defaultTokenUrl = 'https://oauth2.googleapis.com/token';

const shownFor = (authentication: string) => ({ show: { authentication: [authentication] } });
const otherAddresses = { show: { customEndpoints: [true] } };

export class GoogleSpeechApi implements ICredentialType {
	name = 'googleSpeechApi';

	displayName = 'Google Speech API';

	documentationUrl =
		'https://github.com/n8n-nodes-voice-agents/n8n-nodes-voice-agents/blob/main/docs/n8n-nodes.md';

	icon = {
		light: 'file:../nodes/GoogleSTT/googleSTT.svg',
		dark: 'file:../nodes/GoogleSTT/googleSTT.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			default: 'serviceAccount',
			options: [
				{
					name: 'Service Account',
					value: 'serviceAccount',
					description: 'Everything, including Speech-to-Text version 2 and Cloud Storage',
				},
				{
					name: 'API Key',
					value: 'apiKey',
					description: 'Quick to make; for Text-to-Speech and Speech-to-Text version 1',
				},
			],
		},
		{
			displayName: 'Service Account Email',
			name: 'email',
			type: 'string',
			placeholder: 'n8n@my-project.iam.gserviceaccount.com',
			default: '',
			required: true,
			displayOptions: shownFor('serviceAccount'),
			description: 'The client_email of the JSON key file',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			placeholder: '-----BEGIN PRIVATE KEY-----\\nMIIE…\\n-----END PRIVATE KEY-----',
			default: '',
			required: true,
			displayOptions: shownFor('serviceAccount'),
			description: 'The private_key of the JSON key file, as it stands there',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			placeholder: 'AIza…',
			default: '',
			required: true,
			displayOptions: shownFor('apiKey'),
			description:
				'From APIs & Services > Credentials in the Google Cloud console. Restrict it to the Speech-to-Text and Text-to-Speech APIs.',
		},
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			placeholder: 'my-project',
			default: '',
			description:
				'Needed by Speech-to-Text version 2 (chirp): the project_id of the JSON key file',
		},
		{
			displayName: 'Use Other Addresses',
			name: 'customEndpoints',
			type: 'boolean',
			default: false,
			description:
				'Whether to reach Google under other addresses: regional endpoints, a proxy, or a local simulator',
		},
		{
			displayName: 'Speech-to-Text Base URL',
			name: 'speechBaseUrl',
			type: 'string',
			default: 'https://speech.googleapis.com',
			displayOptions: otherAddresses,
			description:
				'Without a version. Regions of version 2 need no change here: the node finds their endpoint by itself.',
		},
		{
			displayName: 'Text-to-Speech Base URL',
			name: 'textToSpeechBaseUrl',
			type: 'string',
			default: 'https://texttospeech.googleapis.com',
			displayOptions: otherAddresses,
			description:
				'Without a version. For data residency, for example https://eu-texttospeech.googleapis.com.',
		},
		{
			displayName: 'Cloud Storage Base URL',
			name: 'storageBaseUrl',
			type: 'string',
			default: 'https://storage.googleapis.com',
			displayOptions: otherAddresses,
			description: 'Without /storage/v1. Used for long recordings with a bucket.',
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: defaultTokenUrl,
			displayOptions: {
				show: { customEndpoints: [true], authentication: ['serviceAccount'] },
			},
			description: 'The token_uri of the JSON key file',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/** n8n runs it when there is no access token yet, and when a request was answered with 401. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		if (credentials.authentication === 'apiKey') return {};
		const accessToken = await accessTokenOf(
			this,
			{
				email: String(credentials.email ?? ''),
				privateKey: String(credentials.privateKey ?? ''),
				tokenUrl: String(credentials.tokenUrl ?? '').trim() || defaultTokenUrl,
			},
			String(credentials.accessToken ?? ''),
		);
		return { accessToken };
	}

	/** The key goes into a header, never into the address, so that no log of a proxy shows it. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers =
			credentials.authentication === 'apiKey'
				? { 'x-goog-api-key': String(credentials.apiKey ?? '').trim() }
				: { Authorization: `Bearer ${String(credentials.accessToken ?? '')}` };
		return { ...requestOptions, headers: { ...requestOptions.headers, ...headers } };
	}

	/** The voices need no role: what they answer is about the key alone. */
	test: ICredentialTestRequest = {
		request: {
			baseURL:
				'={{ ($credentials.textToSpeechBaseUrl || "https://texttospeech.googleapis.com").replace(/\\/+$/, "") }}',
			url: '/v1/voices',
			qs: { languageCode: 'es-US' },
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'Google knows the key, but the Cloud Text-to-Speech API, whose voices this test reads, is not enabled in its project or not allowed for it. Speech-to-Text alone works without it.',
				},
			},
			{
				type: 'responseCode',
				properties: { value: 400, message: 'Google refused the API key' },
			},
		],
	};
}
