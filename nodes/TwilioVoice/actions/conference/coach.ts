import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSid } from '../../shared/checks';
import { conferenceField, participantField } from '../../shared/locators';
import { changeParticipant } from '../../shared/participants';

export const description: INodeProperties[] = [
	conferenceField,
	{
		...participantField,
		displayName: 'Coach',
		description: 'Who speaks unheard by the others: the Call SID of the participant, or its label',
	},
	{
		displayName: 'Coaching',
		name: 'coaching',
		type: 'boolean',
		default: true,
		description: 'Whether the coach is heard by one participant only; off lets everybody hear',
	},
	{
		displayName: 'Coached Call SID',
		name: 'callSidToCoach',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'CA…',
		displayOptions: { show: { coaching: [true] } },
		description: 'The only participant who hears the coach',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const coaching = this.getNodeParameter('coaching', itemIndex) === true;
	return await changeParticipant.call(this, itemIndex, {
		Coaching: coaching,
		...(coaching
			? {
					CallSidToCoach: readSid.call(
						this,
						'Call',
						'callSidToCoach',
						itemIndex,
						'Coached Call SID',
					),
				}
			: {}),
	});
}
