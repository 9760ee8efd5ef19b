import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { fail } from '../../shared/fail';
import { allLanguages, chosenVoice } from '../../shared/voices';
import { languageField, tenantField, voiceField } from '../../shared/voiceFields';
import { patientRequest, requireSidecar } from '../../synthesis/phraseCache';
import { readTenant } from '../../synthesis/tenant';

const shownFor = (...what: string[]) => ({ show: { what } });

export const description: INodeProperties[] = [
	{
		...tenantField,
		description: 'Only phrases of this tenant. Empty: of all that the API key may see.',
	},
	{
		displayName: 'What to Remove',
		name: 'what',
		type: 'options',
		default: 'phrase',
		options: [
			{ name: 'All Phrases', value: 'all', description: 'Everything, or everything of the tenant' },
			{ name: 'One Phrase', value: 'phrase', description: 'A text, in whatever voice' },
			{
				name: 'Phrases of a Voice',
				value: 'voice',
				description: 'Every text that a voice has spoken',
			},
		],
		description: 'What is forgotten. It is spoken anew when it is needed again.',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		required: true,
		default: '',
		displayOptions: shownFor('phrase'),
		description: 'The phrase, exactly as it was spoken',
	},
	{ ...languageField, displayOptions: shownFor('voice') },
	{ ...voiceField, displayOptions: shownFor('voice') },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	requireSidecar(this);
	return await patientRequest(this, {
		method: 'DELETE',
		path: '/v1/phrases',
		body: { ...given({ tenant: readTenant(this, itemIndex) }), ...which(this, itemIndex) },
		itemIndex,
	});
}

function which(context: Parameters<typeof fail>[0], itemIndex: number): IDataObject {
	const what = context.getNodeParameter('what', itemIndex);
	if (what === 'phrase') {
		const text = String(context.getNodeParameter('text', itemIndex, '') ?? '');
		if (text.trim() !== '') return { text };
		return fail(
			context,
			itemIndex,
			'The field Text is empty',
			'Write the phrase, or set What to Remove to All Phrases. Check the expression of the field.',
		);
	}
	if (what === 'voice') {
		const value = context.getNodeParameter('voice', itemIndex, '', { extractValue: true });
		const language = String(context.getNodeParameter('language', itemIndex, allLanguages));
		return { voice: { name: chosenVoice(context, itemIndex, value, language).name } };
	}
	// Any voice: n8n leaves an empty body out, and the sidecar asks for one.
	return { voice: {} };
}
