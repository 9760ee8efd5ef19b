import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { reject } from '../twiml/verbs';
import type { Element } from '../twiml/xml';

export const reasonField: INodeProperties = {
	displayName: 'Reason',
	name: 'reason',
	type: 'options',
	default: 'rejected',
	options: [
		{ name: 'Busy', value: 'busy', description: 'The caller hears a busy tone' },
		{ name: 'Rejected', value: 'rejected', description: 'The caller hears "not in service"' },
	],
	description: 'What the caller hears. A rejected call costs nothing.',
};

/** The `<Reject>` of the field Reason. */
export function rejectVerb(this: IExecuteFunctions, itemIndex: number): Element {
	return reject(this.getNodeParameter('reason', itemIndex) === 'busy' ? 'busy' : 'rejected');
}
