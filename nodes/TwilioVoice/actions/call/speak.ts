import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { shownWhen } from '../../../shared/shownWhen';
import { afterwardsFields, replacesNotice, withAfterwards } from '../../shared/afterwards';
import { callOutput } from '../../shared/callOutput';
import { checkRange, readCallSid, readUrl } from '../../shared/checks';
import { callSidField } from '../../shared/locators';
import { audioUrlField, repeatOption } from '../../shared/playFields';
import { languageField, sayVerb, textField, voiceField } from '../../shared/sayFields';
import { twilioRequest } from '../../transport/twilio';
import { play } from '../../twiml/verbs';

export const description: INodeProperties[] = [
	replacesNotice,
	callSidField,
	{
		displayName: 'What',
		name: 'what',
		type: 'options',
		default: 'text',
		options: [
			{ name: 'Play an Audio File', value: 'audio' },
			{ name: 'Say a Text', value: 'text' },
		],
		description: 'What is heard in the call',
	},
	...shownWhen({ what: ['text'] }, [textField, languageField]),
	{
		...audioUrlField,
		placeholder: 'https://cdn.example.com/aviso.mp3',
		displayOptions: { show: { what: ['audio'] } },
	},
	...afterwardsFields,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [{ ...repeatOption, description: 'How often it is heard' }, voiceField],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const options = this.getNodeParameter('options', itemIndex, {}) as {
		loop?: number;
		voice?: string;
	};
	const loop = checkRange.call(this, options.loop, [1, 1000], 'Repeat', itemIndex, 'times');
	const heard =
		this.getNodeParameter('what', itemIndex) === 'audio'
			? play(readUrl.call(this, 'audioUrl', 'Audio URL', itemIndex), loop)
			: sayVerb.call(this, itemIndex, options.voice);
	const verb = { ...heard, attributes: { ...heard.attributes, loop } };
	return callOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}.json`,
			form: { Twiml: withAfterwards.call(this, [verb], itemIndex) },
			itemIndex,
		}),
	);
}
