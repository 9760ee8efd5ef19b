import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, readLimit, returnAllOrLimit } from '../../../shared/paging';
import { languageField } from '../../shared/voiceFields';
import { listVoices } from '../../shared/voices';

const families = [
	'Casual',
	'Chirp 3 HD',
	'Chirp HD',
	'Journey',
	'Neural2',
	'News',
	'Polyglot',
	'Standard',
	'Studio',
	'Wavenet',
];

export const description: INodeProperties[] = [
	{
		...languageField,
		description:
			'Which language the voices speak. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Families',
			name: 'families',
			type: 'multiOptions',
			default: [],
			options: families.map((family) => ({ name: family, value: family })),
			description: 'Only voices of these families. They differ in quality, price and features.',
		},
		{
			displayName: 'Gender',
			name: 'gender',
			type: 'options',
			default: 'female',
			options: [
				{ name: 'Female', value: 'female' },
				{ name: 'Male', value: 'male' },
				{ name: 'Neutral', value: 'neutral' },
			],
			description: 'Only voices of this gender',
		},
		{
			displayName: 'Name Contains',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: 'Aoede',
			description: 'Only voices with this in their name',
		},
	]),
];

interface Filters {
	families?: string[];
	gender?: string;
	search?: string;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const language = String(this.getNodeParameter('language', itemIndex, ''));
	const {
		families: wanted = [],
		gender,
		search = '',
	} = this.getNodeParameter('filters', itemIndex, {}) as Filters;
	const limit = readLimit.call(this, itemIndex);
	const voices = await listVoices(this, language, itemIndex);
	return voices
		.filter(
			(voice) =>
				(wanted.length === 0 || wanted.includes(voice.family)) &&
				(!gender || voice.gender === gender) &&
				voice.name.toLowerCase().includes(search.trim().toLowerCase()),
		)
		.slice(0, limit)
		.map((voice) => ({ ...voice }));
}
