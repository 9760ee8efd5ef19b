import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { optionalUrl } from '../../shared/checks';
import { conferenceField, participantField } from '../../shared/locators';
import { changeParticipant } from '../../shared/participants';

export const description: INodeProperties[] = [
	conferenceField,
	participantField,
	{
		displayName: 'On Hold',
		name: 'hold',
		type: 'boolean',
		default: true,
		description: 'Whether the participant is put on hold; off takes them back into the conference',
	},
	{
		displayName: 'Hold Music URL',
		name: 'holdUrl',
		type: 'string',
		default: '',
		placeholder: 'https://cdn.example.com/musica.mp3',
		displayOptions: { show: { hold: [true] } },
		description: "An audio file or TwiML that is heard on hold. Empty: Twilio's music.",
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const hold = this.getNodeParameter('hold', itemIndex) === true;
	const holdUrl = hold ? String(this.getNodeParameter('holdUrl', itemIndex, '') ?? '') : '';
	return await changeParticipant.call(this, itemIndex, {
		Hold: hold,
		HoldUrl: optionalUrl.call(this, holdUrl, 'Hold Music URL', itemIndex),
	});
}
