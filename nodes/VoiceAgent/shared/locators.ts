import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';
import { tenantLocator } from './tenantLocator';

/** The tenant that something belongs to; a tenant key has only one. */
export const ownerLocator: INodeProperties = {
	...tenantLocator,
	required: false,
	description:
		'Whose it is. Empty: the tenant of the API key. With a platform key, choose the tenant.',
};

/** The same where a platform key may leave it out. */
export const ownerFilter: INodeProperties = {
	...tenantLocator,
	required: false,
	description: 'Only what belongs to this tenant. Empty: everything that the API key sees.',
};

export const callLocator: INodeProperties = {
	displayName: 'Call',
	name: 'callId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Which conversation',
	modes: [
		fromList('searchCalls'),
		{
			displayName: 'By ID or Call SID',
			name: 'id',
			type: 'string',
			placeholder: '0199… or CA…',
		},
	],
};

export const contactLocator: INodeProperties = {
	displayName: 'Contact',
	name: 'contactId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Which contact of the tenant',
	modes: [
		fromList('searchContacts'),
		{
			displayName: 'By ID or Phone Number',
			name: 'id',
			type: 'string',
			placeholder: '0199… or +56912345678',
		},
	],
};

export const documentLocator: INodeProperties = {
	displayName: 'Document',
	name: 'documentId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Which document of the tenant',
	modes: [
		fromList('searchDocuments'),
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: '0199…' },
	],
};

export const transcriptionLocator: INodeProperties = {
	displayName: 'Transcription',
	name: 'transcriptionId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Which live transcription',
	modes: [
		fromList('searchTranscriptions'),
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: '0199…' },
	],
};

/** A phone number that something is about. */
export const phoneNumberField: INodeProperties = {
	displayName: 'Phone Number',
	name: 'phoneNumber',
	type: 'string',
	required: true,
	default: '',
	placeholder: '+56912345678',
	description: 'In E.164 format: + and the country code',
};
