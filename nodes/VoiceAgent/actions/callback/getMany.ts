import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { callbackStatusField } from '../../shared/callbackFields';
import { ownerLocator } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerLocator,
	...returnAllOrLimit,
	filtersField([{ ...callbackStatusField, description: 'Only callbacks in this state' }]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/callbacks', itemIndex);
}
