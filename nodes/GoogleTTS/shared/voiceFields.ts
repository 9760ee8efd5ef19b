import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';
import { tenantLocator } from '../../VoiceAgent/shared/tenantLocator';

export const defaultVoice = 'es-US-Neural2-A';

export const languageField: INodeProperties = {
	displayName: 'Language Name or ID',
	name: 'language',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getLanguages' },
	default: 'es-US',
	description:
		'Whose voices the list shows. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	hint: 'Google has no voice for Chile (es-CL): es-US is the nearest for Latin America, es-ES speaks as in Spain',
};

export const voiceField: INodeProperties = {
	displayName: 'Voice',
	name: 'voice',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: defaultVoice, cachedResultName: `${defaultVoice} (female)` },
	description: 'Who speaks. The name of a voice begins with its language.',
	modes: [
		fromList('searchVoices'),
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'es-US-Chirp3-HD-Aoede',
		},
	],
};

export const tenantField: INodeProperties = {
	...tenantLocator,
	required: false,
	description: 'Whose phrases they are. Empty: those of the tenant of the API key, or of nobody.',
};

export const speakingRateField: INodeProperties = {
	displayName: 'Speaking Rate',
	name: 'speakingRate',
	type: 'number',
	typeOptions: { minValue: 0.25, maxValue: 2, numberPrecision: 2 },
	default: 1,
	description: 'How fast it is spoken: 0.5 is half, 2 is double the speed',
};
