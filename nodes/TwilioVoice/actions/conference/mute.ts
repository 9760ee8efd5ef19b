import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { conferenceField, participantField } from '../../shared/locators';
import { changeParticipant } from '../../shared/participants';

export const description: INodeProperties[] = [
	conferenceField,
	participantField,
	{
		displayName: 'Muted',
		name: 'muted',
		type: 'boolean',
		default: true,
		description: 'Whether the participant is muted; off lets them speak again',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await changeParticipant.call(this, itemIndex, {
		Muted: this.getNodeParameter('muted', itemIndex) === true,
	});
}
