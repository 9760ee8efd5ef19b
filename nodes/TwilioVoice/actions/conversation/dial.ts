import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isE164 } from '../../../shared/phoneNumber';
import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import { readPhoneNumber } from '../../shared/checks';
import { dial, type Callee } from '../../twiml/conversationVerbs';
import { longWaitMs, wholeNumber } from './fields';

export const description: INodeProperties[] = [
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56221234567',
		description: 'Whom to call: E.164, sip:user@host or client:name',
	},
	{
		displayName: 'Ring For (Seconds)',
		name: 'ringTimeout',
		type: 'number',
		typeOptions: { minValue: 5, maxValue: 600 },
		default: 30,
		description: 'How long it rings before the flow goes on without an answer',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Answer on Bridge',
				name: 'answerOnBridge',
				type: 'boolean',
				default: true,
				description:
					'Whether the caller hears the real ringing, and an unanswered call stays unanswered until then',
			},
			{
				displayName: 'Caller ID',
				name: 'callerId',
				type: 'string',
				default: '',
				placeholder: '+56221234567',
				description:
					"Which number is shown: one of the account, a verified one, or the caller's own (empty)",
			},
			{
				displayName: 'Hang Up on Star',
				name: 'hangupOnStar',
				type: 'boolean',
				default: false,
				description: 'Whether the caller ends the connection with the * key and comes back',
			},
			{
				displayName: 'Record',
				name: 'record',
				type: 'options',
				default: 'record-from-answer-dual',
				options: [
					{ name: 'Both Parties in One Channel', value: 'record-from-answer' },
					{ name: 'Each Party in a Channel', value: 'record-from-answer-dual' },
					{ name: 'No', value: 'do-not-record' },
				],
				description: 'Whether to record. Tell the parties before, where the law asks for it.',
			},
			{
				displayName: 'Time Limit (Seconds)',
				name: 'timeLimit',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 86400 },
				default: 3600,
				description: 'Longest connection, after which the caller comes back',
			},
		],
	},
];

interface DialFields {
	answerOnBridge?: boolean;
	callerId?: string;
	hangupOnStar?: boolean;
	record?: string;
	timeLimit?: number;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const options = this.getNodeParameter('options', itemIndex, {}) as DialFields;
	const callee = calleeOf(readPhoneNumber.call(this, 'to', 'To', itemIndex, 'callable'));
	const ring = this.getNodeParameter('ringTimeout', itemIndex, 30);
	const timeoutSeconds = wholeNumber.call(this, itemIndex, 'Ring For (Seconds)', ring, 5, 600);
	const callerId = callerIdOf.call(this, itemIndex, options.callerId);
	const limit =
		options.timeLimit === undefined
			? {}
			: {
					timeLimitSeconds: wholeNumber.call(
						this,
						itemIndex,
						'Time Limit (Seconds)',
						options.timeLimit,
						1,
						86_400,
					),
				};
	return await hold.call(this, itemIndex, {
		operation: 'dial',
		limitMs: longWaitMs,
		verbs: (url) => [
			dial(
				{
					action: url('result'),
					timeoutSeconds,
					answerOnBridge: options.answerOnBridge ?? true,
					hangupOnStar: options.hangupOnStar ?? false,
					...(callerId ? { callerId } : {}),
					...(options.record ? { record: options.record } : {}),
					...limit,
				},
				callee,
			),
		],
	});
}

export const output = outputFor('dial');

/** Not Connected. */
export const failureOutput = 1;

function calleeOf(to: string): Callee {
	if (/^sips?:/i.test(to)) return { kind: 'sip', address: to };
	if (/^client:/i.test(to)) return { kind: 'client', address: to.slice('client:'.length) };
	return { kind: 'number', address: to };
}

function callerIdOf(this: IExecuteFunctions, itemIndex: number, given = ''): string {
	const callerId = given.trim();
	if (callerId === '' || isE164(callerId) || /^client:\S+$/.test(callerId)) return callerId;
	throw new NodeOperationError(
		this.getNode(),
		`"${callerId}" in the option Caller ID is not a phone number`,
		{
			itemIndex,
			description: 'Write the option Caller ID in E.164 format, for example +56221234567.',
		},
	);
}
