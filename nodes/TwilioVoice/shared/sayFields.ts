import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sayLanguage, sayLanguages } from '../twiml/language';
import { say } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { requireText } from './checks';

export const languageField: INodeProperties = {
	displayName: 'Language',
	name: 'language',
	type: 'options',
	options: sayLanguages,
	default: 'es-MX',
	description:
		"The language of the text. An expression may give a tenant's own language: es-CL is spoken as es-MX.",
};

export const textField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'Gracias por llamar.',
	description: 'What the caller hears',
};

export const voiceField: INodeProperties = {
	displayName: 'Voice',
	name: 'voice',
	type: 'string',
	default: '',
	placeholder: 'Polly.Mia-Neural',
	description:
		"One of Twilio's voices for Say. Empty: the default voice of the language in the Twilio console.",
};

/** The `<Say>` of the fields Text, Language and, where it is offered, the given voice. */
export function sayVerb(this: IExecuteFunctions, itemIndex: number, voice?: string): Element {
	const text = requireText.call(this, 'text', 'Text', itemIndex);
	const language = sayLanguage(String(this.getNodeParameter('language', itemIndex, '') ?? ''));
	return say(text, { language, ...(voice ? { voice } : {}) });
}
