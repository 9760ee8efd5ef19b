import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, readLimit, returnAllOrLimit } from '../../../shared/paging';
import { numberOutput } from '../../shared/outputs';
import { twilioList } from '../../transport/twilio';

export const description: INodeProperties[] = [
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Friendly Name',
			name: 'friendlyName',
			type: 'string',
			default: '',
			description: 'Only numbers of exactly this name',
		},
		{
			displayName: 'Phone Number',
			name: 'phoneNumber',
			type: 'string',
			default: '',
			placeholder: '+562',
			description: 'Only numbers with these digits in them; * stands for any digit',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as {
		friendlyName?: string;
		phoneNumber?: string;
	};
	const numbers = await twilioList(
		this,
		'incoming_phone_numbers',
		{
			path: '/IncomingPhoneNumbers.json',
			qs: { FriendlyName: filters.friendlyName, PhoneNumber: filters.phoneNumber },
			itemIndex,
		},
		readLimit.call(this, itemIndex),
	);
	return numbers.map(numberOutput);
}
