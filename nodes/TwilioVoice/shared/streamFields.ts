import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { shownWhen } from '../../shared/shownWhen';
import {
	byCalledNumber,
	byTenant,
	calledNumberField,
	chosenTenantField,
	tenantByField,
} from '../../VoiceAgent/shared/tenantChoice';
import { maxStreamParameterCharacters } from '../twiml/document';

/** Twilio's Streams subresource has Parameter1 to Parameter99. */
const maxParameters = 99;

export const destinationField: INodeProperties = {
	displayName: 'Send To',
	name: 'destination',
	type: 'options',
	default: 'transcription',
	options: [
		{
			name: 'Live Transcription',
			value: 'transcription',
			description:
				'The voice sidecar writes down what is said; utterances start a Voice Agent Trigger',
		},
		{
			name: 'WebSocket',
			value: 'webSocket',
			description: 'A server of your own, which speaks the protocol of Twilio Media Streams',
		},
	],
	description: 'Who gets the copy of the audio',
};

const forTranscription = { show: { destination: ['transcription'] } };
const forWebSocket = { show: { destination: ['webSocket'] } };

export const streamFields: INodeProperties[] = [
	destinationField,
	{
		displayName: 'Track',
		name: 'track',
		type: 'options',
		default: 'both',
		options: [
			{ name: 'Both', value: 'both' },
			{ name: 'Inbound', value: 'inbound', description: 'What Twilio receives from the phone' },
			{ name: 'Outbound', value: 'outbound', description: 'What is played to the phone' },
		],
		description: 'Which side is copied',
	},
	{
		...tenantByField,
		displayOptions: forTranscription,
		options: [
			{ name: 'API Key', value: 'key', description: 'The tenant whose key is in the credential' },
			byCalledNumber,
			byTenant,
		],
		description: 'How the sidecar knows whose call it is',
	},
	...shownWhen(forTranscription.show, [
		calledNumberField,
		{ ...chosenTenantField, description: 'Whose call it is' },
	]),
	{
		displayName: 'WebSocket URL',
		name: 'webSocketUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'wss://audio.example.com/twilio',
		displayOptions: forWebSocket,
		description: 'The address of the server: wss, and without a query',
	},
	{
		displayName: 'Parameters',
		name: 'parameters',
		type: 'fixedCollection',
		placeholder: 'Add Parameter',
		typeOptions: { multipleValues: true },
		default: {},
		displayOptions: forWebSocket,
		description: 'Values that the server finds in customParameters of the start message',
		options: [
			{
				displayName: 'Parameter',
				name: 'parameter',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				],
			},
		],
	},
	{
		displayName: 'Options',
		name: 'transcriptionOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: forTranscription,
		options: [
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: 'es-CL',
				description: "The language that is spoken. Without this option: the tenant's.",
			},
			{
				displayName: 'Phrases',
				name: 'phrases',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'Automotora Andes, prueba de manejo',
				description: 'Words that are likely to be said, separated by commas or line breaks',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'streamOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: forWebSocket,
		options: [
			{
				displayName: 'Name',
				name: 'name',
				type: 'string',
				default: '',
				description:
					'A name for the stream, by which it can be stopped; one of its kind in the call',
			},
			{
				displayName: 'Status Callback URL',
				name: 'statusCallback',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice?event=stream',
				description:
					'Where Twilio reports that the stream started, stopped or failed: the address of a Twilio Voice Trigger, with ?event=stream behind it',
			},
		],
	},
];

/** The stream's parameters as Twilio numbers them: Parameter1.Name, Parameter1.Value, … */
export function readParameters(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const { parameter = [] } = this.getNodeParameter('parameters', itemIndex, {}) as {
		parameter?: Array<{ name: string; value: string }>;
	};
	const fail = (message: string, description: string): never => {
		throw new NodeOperationError(this.getNode(), message, { itemIndex, description });
	};
	if (parameter.length > maxParameters) {
		fail('There are too many parameters', `Twilio takes at most ${maxParameters}.`);
	}
	return Object.fromEntries(
		parameter.flatMap(({ name, value }, index) => {
			if (name.trim() === '') fail('A parameter has no name', 'Give each parameter a name.');
			if (name.length + String(value).length > maxStreamParameterCharacters) {
				fail(
					`The parameter "${name}" is too long`,
					`Twilio takes at most ${maxStreamParameterCharacters} characters for name and value together.`,
				);
			}
			const key = `Parameter${index + 1}`;
			return [
				[`${key}.Name`, name.trim()],
				[`${key}.Value`, String(value)],
			];
		}),
	);
}
