import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, readLimit, returnAllOrLimit } from '../../../shared/paging';
import { checkMoment } from '../../shared/checks';
import { recordingOutput } from '../../shared/outputs';
import { twilioList } from '../../transport/twilio';

export const description: INodeProperties[] = [
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Call SID',
			name: 'callSid',
			type: 'string',
			default: '',
			placeholder: 'CA…',
			description: 'Only recordings of this call',
		},
		{
			displayName: 'Conference SID',
			name: 'conferenceSid',
			type: 'string',
			default: '',
			placeholder: 'CF…',
			description: 'Only recordings of this conference',
		},
		{
			displayName: 'Created After',
			name: 'createdAfter',
			type: 'dateTime',
			default: '',
			description: 'Only recordings from this moment on',
		},
		{
			displayName: 'Created Before',
			name: 'createdBefore',
			type: 'dateTime',
			default: '',
			description: 'Only recordings up to this moment',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as {
		callSid?: string;
		conferenceSid?: string;
		createdAfter?: string;
		createdBefore?: string;
	};
	const recordings = await twilioList(
		this,
		'recordings',
		{
			path: '/Recordings.json',
			qs: {
				CallSid: filters.callSid,
				ConferenceSid: filters.conferenceSid,
				// The comparison is part of the parameter's name.
				'DateCreated>': checkMoment.call(this, filters.createdAfter, 'Created After', itemIndex),
				'DateCreated<': checkMoment.call(this, filters.createdBefore, 'Created Before', itemIndex),
			},
			itemIndex,
		},
		readLimit.call(this, itemIndex),
	);
	return recordings.map(recordingOutput);
}
