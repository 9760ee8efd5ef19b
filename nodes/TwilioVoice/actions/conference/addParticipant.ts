import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { checkRange, isSid, optionalUrl, readPhoneNumber, readString } from '../../shared/checks';
import { ownNumberField } from '../../shared/locators';
import { participantOutput } from '../../shared/outputs';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	{
		displayName: 'Conference Name or SID',
		name: 'conference',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'support-42',
		description:
			'The conference by its name or SID. With a name that is not in use, a new conference begins.',
	},
	ownNumberField('From', 'from', 'The number that the called person sees: one of the account'),
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description: 'Who is called: a number in E.164 format, a SIP address or a Twilio client',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Beep',
				name: 'beep',
				type: 'options',
				default: 'true',
				options: [
					{ name: 'Both', value: 'true' },
					{ name: 'Never', value: 'false' },
					{ name: 'On Enter', value: 'onEnter' },
					{ name: 'On Exit', value: 'onExit' },
				],
				description: 'When the others hear a beep',
			},
			{
				displayName: 'Coach This Call SID',
				name: 'callSidToCoach',
				type: 'string',
				default: '',
				placeholder: 'CA…',
				description:
					'The participant who alone hears the new one: a supervisor whispers to an agent. Empty: everybody hears them.',
			},
			{
				displayName: 'Early Media',
				name: 'earlyMedia',
				type: 'boolean',
				default: true,
				description: 'Whether the others hear the ringing and announcements before the answer',
			},
			{
				displayName: 'End Conference on Exit',
				name: 'endConferenceOnExit',
				type: 'boolean',
				default: false,
				description: 'Whether the conference ends when this participant leaves',
			},
			{
				displayName: 'Label',
				name: 'label',
				type: 'string',
				default: '',
				placeholder: 'customer',
				description: 'A name for the participant, which the other operations take for the Call SID',
			},
			{
				displayName: 'Muted',
				name: 'muted',
				type: 'boolean',
				default: false,
				description: 'Whether the participant only listens',
			},
			{
				displayName: 'Ring At Most (Seconds)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 5, maxValue: 600 },
				default: 60,
				description: 'How long it rings before the call counts as not answered',
			},
			{
				displayName: 'Start Conference on Enter',
				name: 'startConferenceOnEnter',
				type: 'boolean',
				default: true,
				description:
					'Whether the conference begins with this participant; before it, music is played',
			},
			{
				displayName: 'Status Callback URL',
				name: 'statusCallback',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice?event=status',
				description:
					'Where Twilio reports the progress of the call: the address of a Twilio Voice Trigger with ?event=status behind it',
			},
			{
				displayName: 'Wait URL',
				name: 'waitUrl',
				type: 'string',
				default: '',
				placeholder: 'https://cdn.example.com/musica.mp3',
				description:
					"Music or TwiML for the time before the conference begins. Empty: Twilio's music.",
			},
		],
	},
];

interface AddOptions {
	beep?: string;
	callSidToCoach?: string;
	earlyMedia?: boolean;
	endConferenceOnExit?: boolean;
	label?: string;
	muted?: boolean;
	startConferenceOnEnter?: boolean;
	statusCallback?: string;
	timeout?: number;
	waitUrl?: string;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const conference = readString.call(this, 'conference', itemIndex);
	if (conference === '') {
		throw new NodeOperationError(this.getNode(), 'The field Conference Name or SID is empty', {
			itemIndex,
			description: 'Give any name to begin a new conference, or the name or SID of a running one.',
		});
	}
	const options = this.getNodeParameter('options', itemIndex, {}) as AddOptions;
	const callback = optionalUrl.call(this, options.statusCallback, 'Status Callback URL', itemIndex);
	const coach = options.callSidToCoach?.trim() || undefined;
	if (coach !== undefined && !isSid('Call', coach)) {
		throw new NodeOperationError(this.getNode(), `"${coach}" in Coach This Call SID is none`, {
			itemIndex,
			description: 'It takes the Call SID of a participant, as Get Participants puts it out.',
		});
	}
	const form = {
		From: readPhoneNumber.call(this, 'from', 'From', itemIndex, 'callable'),
		To: readPhoneNumber.call(this, 'to', 'To', itemIndex, 'callable'),
		Label: options.label?.trim() || undefined,
		EarlyMedia: options.earlyMedia,
		StartConferenceOnEnter: options.startConferenceOnEnter,
		EndConferenceOnExit: options.endConferenceOnExit,
		Muted: options.muted,
		Beep: options.beep,
		WaitUrl: optionalUrl.call(this, options.waitUrl, 'Wait URL', itemIndex),
		Timeout: checkRange.call(this, options.timeout, [5, 600], 'Ring At Most', itemIndex),
		...(coach ? { Coaching: true, CallSidToCoach: coach } : {}),
		...(callback
			? {
					StatusCallback: callback,
					StatusCallbackMethod: 'POST',
					StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
				}
			: {}),
	};
	return participantOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Conferences/${encodeURIComponent(conference)}/Participants.json`,
			form,
			itemIndex,
		}),
	);
}
