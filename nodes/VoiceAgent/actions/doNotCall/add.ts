import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';
import { listFields, listGiven } from '../../shared/doNotCallFields';
import { phoneNumberField } from '../../shared/locators';

export const description: INodeProperties[] = [
	...listFields,
	{ ...phoneNumberField, description: 'The number that must not be called, in E.164 format' },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Reason',
				name: 'reason',
				type: 'string',
				default: '',
				placeholder: 'Pidió que no le llamen más',
				description: 'Why it is listed',
			},
			{
				displayName: 'Source',
				name: 'source',
				type: 'string',
				default: '',
				placeholder: 'call',
				description: 'Where it comes from: call, import, exclusion register',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { reason, source } = this.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/do-not-call',
		body: given({
			...listGiven.call(this, itemIndex),
			phoneNumber: readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex),
			reason,
			source,
		}),
		itemIndex,
	});
}
