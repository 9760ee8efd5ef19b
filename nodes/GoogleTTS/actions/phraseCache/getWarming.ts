import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { fail } from '../../shared/fail';
import { readWarming, requireSidecar } from '../../synthesis/phraseCache';

export const description: INodeProperties[] = [
	{
		displayName: 'Warming ID',
		name: 'warmingId',
		type: 'string',
		required: true,
		default: '={{ $json.warmings[0] }}',
		description:
			'One of the IDs in warmings, which the operation Warm puts out. It is known for an hour.',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	requireSidecar(this);
	const id = String(this.getNodeParameter('warmingId', itemIndex, '') ?? '').trim();
	if (id === '') {
		fail(
			this,
			itemIndex,
			'The field Warming ID is empty',
			'The operation Warm puts the IDs out in warmings. Check the expression of the field.',
		);
	}
	return { ...(await readWarming(this, id, itemIndex)) };
}
