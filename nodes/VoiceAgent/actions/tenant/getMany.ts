import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { listed } from '../../shared/list';

export const description: INodeProperties[] = returnAllOrLimit;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listed.call(this, '/v1/tenants', {}, itemIndex);
}
