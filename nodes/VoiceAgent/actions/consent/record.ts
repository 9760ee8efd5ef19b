import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { given } from '../../../shared/request';
import { sidecarRequest } from '../../../shared/sidecar';
import { asTime, readNumber, readText } from '../../shared/checks';
import { kindField, statusField } from '../../shared/consentFields';
import { ownerLocator, phoneNumberField } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerLocator,
	{ ...phoneNumberField, description: 'Whose consent it is, in E.164 format' },
	kindField,
	statusField,
	{
		displayName: 'Source',
		name: 'source',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'call',
		description: 'Where it was said: call, web form, signed contract',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Call ID',
				name: 'callId',
				type: 'string',
				default: '={{ $json.call.id }}',
				description: 'ID of the conversation in which it was said',
			},
			{
				displayName: 'Evidence',
				name: 'evidence',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'Agente: ¿Acepta que grabemos la llamada? Cliente: Sí, claro.',
				description: 'What proves it, such as the words that were said',
			},
			{
				displayName: 'Recorded At',
				name: 'recordedAt',
				type: 'dateTime',
				default: '',
				description: 'When it was said. Without it: now.',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return await sidecarRequest(this, {
		method: 'POST',
		path: '/v1/consents',
		body: given({
			...tenantGiven.call(this, itemIndex),
			phoneNumber: readNumber.call(this, 'phoneNumber', 'Phone Number', itemIndex),
			kind: this.getNodeParameter('kind', itemIndex) as string,
			status: this.getNodeParameter('status', itemIndex) as string,
			source: readText.call(this, 'source', 'Source', itemIndex),
			evidence: options.evidence,
			callId: options.callId,
			recordedAt: asTime.call(this, options.recordedAt, 'Recorded At', itemIndex),
		}),
		itemIndex,
	});
}
