import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readNumber } from '../../shared/checks';
import { listFields, listGiven } from '../../shared/doNotCallFields';
import { phoneNumberField } from '../../shared/locators';

export const description: INodeProperties[] = [
	...listFields,
	{ ...phoneNumberField, description: 'The number that may be called again, in E.164 format' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const phoneNumber = readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex);
	await sidecarRequest(this, {
		method: 'DELETE',
		path: `/v1/do-not-call/${encodeURIComponent(phoneNumber)}`,
		qs: listGiven.call(this, itemIndex),
		itemIndex,
	});
	return { phoneNumber, removed: true };
}
