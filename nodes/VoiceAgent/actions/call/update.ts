import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { asObject, readText } from '../../shared/checks';
import { callLocator } from '../../shared/locators';
import { withTranscript } from '../../shared/transcript';

export const description: INodeProperties[] = [
	callLocator,
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: [
			{
				displayName: 'Analysis',
				name: 'analysis',
				type: 'json',
				default: '={{ $json }}',
				description:
					'The result of an analysis as a JSON object of at most 64 KB, such as the output of a Voice Analyzer. It takes the place of the one before; null removes it.',
			},
			{
				displayName: 'Metadata',
				name: 'metadata',
				type: 'json',
				default: '{\n  "outcome": "interested"\n}',
				description:
					'Fields of your own as a JSON object, at most 16 KB in all. They are added to those that are there; null removes one.',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'callId', 'Call', itemIndex);
	const fields = this.getNodeParameter('updateFields', itemIndex, {}) as IDataObject;
	if (fields.analysis === undefined && fields.metadata === undefined) {
		throw new NodeOperationError(this.getNode(), 'There is nothing to update', {
			itemIndex,
			description: 'Add Metadata or Analysis under Update Fields.',
		});
	}
	return withTranscript(
		await sidecarRequest(this, {
			method: 'PATCH',
			path: `/v1/calls/${encodeURIComponent(id)}`,
			body: given({
				metadata:
					fields.metadata === undefined
						? undefined
						: asObject.call(this, fields.metadata, 'Metadata', itemIndex),
				analysis: analysis.call(this, fields.analysis, itemIndex),
			}),
			itemIndex,
		}),
	);
}

function analysis(this: IExecuteFunctions, value: unknown, itemIndex: number) {
	if (value === undefined) return undefined;
	if (value === null || value === 'null') return null;
	return asObject.call(this, value, 'Analysis', itemIndex);
}
