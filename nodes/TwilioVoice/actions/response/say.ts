import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { answerCall } from '../../shared/answer';
import { languageField, sayVerb, textField, voiceField } from '../../shared/sayFields';
import { hangUp, pause } from '../../twiml/verbs';

export const description: INodeProperties[] = [
	textField,
	languageField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Pause First (Seconds)',
				name: 'pauseFirst',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 60 },
				default: 1,
				description: 'Silence before the text',
			},
			voiceField,
		],
	},
];

/** After the text there is nothing left to do: the call is hung up. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('options', itemIndex, {}) as {
		pauseFirst?: number;
		voice?: string;
	};
	return await answerCall.call(this, itemIndex, [
		...(options.pauseFirst ? [pause(options.pauseFirst)] : []),
		sayVerb.call(this, itemIndex, options.voice),
		hangUp(),
	]);
}
