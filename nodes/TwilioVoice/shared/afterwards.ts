import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { shownWhen } from '../../shared/shownWhen';
import { redirect } from '../twiml/conversationVerbs';
import { twiml } from '../twiml/document';
import { hangUp, pause } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { agentFields } from './agentFields';
import { agentVerbs } from './agentVerbs';
import { checkRange, readUrl } from './checks';
import { fitsParameter, readDocument, twimlField, urlField } from './instructionFields';

/** Stands where instructions are given to a running call. */
export const replacesNotice: INodeProperties = {
	displayName:
		'Twilio drops what the call is doing: a conversation with an AI agent, a question or a conference ends for it. Choose below how the call goes on.',
	name: 'replacesNotice',
	type: 'notice',
	default: '',
};

/** What follows something that was said or sent into a running call. */
export const afterwardsFields: INodeProperties[] = [
	{
		displayName: 'Afterwards',
		name: 'afterwards',
		type: 'options',
		default: 'hangUp',
		options: [
			{
				name: 'Connect to an AI Agent',
				value: 'agent',
				description: 'Connect the call to a new session of the Voice Agent node',
			},
			{ name: 'Follow TwiML', value: 'twiml', description: 'Go on with TwiML that you write here' },
			{
				name: 'Follow TwiML From a URL',
				value: 'url',
				description: 'Go on with TwiML from an address, for example of a Twilio Voice Trigger',
			},
			{ name: 'Hang Up', value: 'hangUp', description: 'End the call' },
			{
				name: 'Wait in Silence',
				value: 'wait',
				description: 'Keep the line open for a while, until the workflow does something else',
			},
		],
		description: 'How the call goes on',
	},
	...shownWhen({ afterwards: ['url'] }, [{ ...urlField, name: 'afterwardsUrl' }]),
	...shownWhen({ afterwards: ['twiml'] }, [
		{
			...twimlField,
			name: 'afterwardsTwiml',
			typeOptions: { rows: 4 },
			placeholder: '<Response><Dial>+56221234567</Dial></Response>',
			description: 'The instructions that follow',
		},
	]),
	{
		displayName: 'Wait at Most (Seconds)',
		name: 'waitSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 60,
		displayOptions: { show: { afterwards: ['wait'] } },
		description: 'How long the line stays open; then the call is hung up',
	},
	...shownWhen({ afterwards: ['agent'] }, agentFields),
];

/**
 * The document that runs `verbs` and then what the builder chose.
 * @throws {NodeOperationError} when it is more than Twilio's REST API takes
 */
export function withAfterwards(this: IExecuteFunctions, verbs: Element[], itemIndex: number) {
	return fitsParameter.call(this, documentOf.call(this, verbs, itemIndex), itemIndex);
}

function documentOf(this: IExecuteFunctions, verbs: Element[], itemIndex: number): string {
	switch (this.getNodeParameter('afterwards', itemIndex)) {
		case 'agent':
			return twiml([...verbs, ...agentVerbs.call(this, itemIndex)]);
		case 'url': {
			const url = readUrl.call(this, 'afterwardsUrl', 'URL', itemIndex);
			return twiml([...verbs, redirect(url)]);
		}
		case 'wait': {
			const seconds = Number(this.getNodeParameter('waitSeconds', itemIndex));
			const checked = checkRange.call(this, seconds, [1, 3600], 'Wait at Most', itemIndex);
			return twiml([...verbs, pause(checked ?? 1), hangUp()]);
		}
		case 'twiml':
			return joined(twiml(verbs), readDocument.call(this, 'afterwardsTwiml', itemIndex));
		default:
			return twiml([...verbs, hangUp()]);
	}
}

/** Puts the verbs of the second document behind those of the first. */
function joined(first: string, second: string): string {
	const found = /<Response(?:\s[^>]*)?(?:\/>|>([\s\S]*)<\/Response\s*>)\s*$/.exec(second);
	return first.replace(/<\/Response>$/, () => `${found?.[1] ?? ''}</Response>`);
}
