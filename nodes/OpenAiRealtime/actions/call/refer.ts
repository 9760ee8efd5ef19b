import { NodeOperationError } from 'n8n-workflow';
import { isE164 } from '../../../shared/phoneNumber';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callIdField, readCallId } from '../../shared/callIdField';
import { openAiRequest } from '../../transport/openAi';

export const description: INodeProperties[] = [
	callIdField,
	{
		displayName: 'To',
		name: 'target',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description: 'Who takes over the call: a number in E.164 format, or an address (tel:, sip:)',
		hint: 'The SIP trunk has to allow transfers by REFER; with Twilio, they are turned on in the trunk or by the Refer URL of the Dial verb',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const callId = readCallId.call(this, itemIndex);
	const targetUri = readTarget.call(this, itemIndex);
	await openAiRequest(this, {
		method: 'POST',
		path: `/realtime/calls/${callId}/refer`,
		body: { target_uri: targetUri },
		itemIndex,
	});
	return { callId, referred: true, targetUri };
}

function readTarget(this: IExecuteFunctions, itemIndex: number): string {
	const target = String(this.getNodeParameter('target', itemIndex) ?? '').trim();
	const number = target.replace(/^tel:/, '');
	if (isE164(number)) return `tel:${number}`;
	if (/^sips?:[^\s@]+@[^\s@]+$/.test(target)) return target;
	throw new NodeOperationError(this.getNode(), `"${target}" is not somebody to transfer to`, {
		itemIndex,
		description:
			'Write the field To as a number in E.164 format (+56912345678), or as an address: tel:+56912345678, sip:ventas@example.com.',
	});
}
