import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { dial } from '../twiml/conversationVerbs';
import { maxStreamParameterCharacters } from '../twiml/document';
import { phrasesIn, sayLanguage } from '../twiml/language';
import { connectStream, record, say } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { checkRange, isHttpUrl } from './checks';

interface AgentOptions {
	actionUrl?: string;
	answerOnBridge?: boolean;
	fallbackLanguage?: string;
	fallbackMessage?: string;
	recordAction?: string;
	recordMaxLength?: number;
	referUrl?: string;
	ringTimeout?: number;
	streamStatusUrl?: string;
}

/**
 * The verbs that connect a call to its session, with a polite way out behind them.
 *
 * The action and status URLs are options with expression defaults, which n8n evaluates only for
 * options that were added; otherwise they are taken from the item, where the session left them.
 */
export function agentVerbs(this: IExecuteFunctions, itemIndex: number): Element[] {
	const json = this.getInputData()[itemIndex]?.json ?? {};
	const options = this.getNodeParameter('agentOptions', itemIndex, {}) as AgentOptions;
	const language = sayLanguage(options.fallbackLanguage ?? textOf(json.tenant, 'language'));
	const overSip = isOverSip.call(this, json, itemIndex);
	const connect = (overSip ? dialModel : openStream).call(this, json, options, itemIndex);
	return [
		connect,
		say(options.fallbackMessage || phrasesIn(language).apology, { language }),
		record({
			maxLengthSeconds: options.recordMaxLength ?? 120,
			...(options.recordAction ? { action: options.recordAction } : {}),
		}),
	];
}

function isOverSip(this: IExecuteFunctions, { sip }: IDataObject, itemIndex: number): boolean {
	const transport = this.getNodeParameter('transport', itemIndex, 'session');
	return transport === 'session' ? textOf(sip, 'uri') !== undefined : transport === 'sip';
}

function openStream(
	this: IExecuteFunctions,
	json: IDataObject,
	options: AgentOptions,
	itemIndex: number,
): Element {
	const parameters = {
		sessionId: readField.call(this, 'sessionId', 'Session ID', itemIndex),
		token: readField.call(this, 'token', 'Session Token', itemIndex),
	};
	for (const [name, value] of Object.entries(parameters)) {
		if (name.length + value.length <= maxStreamParameterCharacters) continue;
		throw new NodeOperationError(this.getNode(), `The stream parameter "${name}" is too long`, {
			itemIndex,
			description: `Twilio takes at most ${maxStreamParameterCharacters} characters for name and value together.`,
		});
	}
	const url = readField.call(this, 'streamUrl', 'Stream URL', itemIndex);
	if (!/^wss:\/\/[^?#\s]+$/.test(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" in the field Stream URL does not work`, {
			itemIndex,
			description:
				'Twilio streams to wss:// addresses without a query only. Check PUBLIC_URL in the configuration of the sidecar.',
		});
	}
	const action = actionUrl.call(this, options.actionUrl || textOf(json, 'actionUrl'), itemIndex);
	const statusCallback = options.streamStatusUrl || textOf(json, 'streamStatusUrl') || '';
	return connectStream({ url, statusCallback, parameters, ...action });
}

function dialModel(
	this: IExecuteFunctions,
	{ sip }: IDataObject,
	options: AgentOptions,
	itemIndex: number,
): Element {
	const isChosen = this.getNodeParameter('transport', itemIndex, 'session') === 'sip';
	const address = isChosen
		? readField.call(this, 'sipUri', 'SIP URI', itemIndex)
		: (textOf(sip, 'uri') ?? '');
	if (!/^sips?:[^\s@]+@\S+$/.test(address)) {
		// Without the address itself: it may hold the token of a session.
		throw new NodeOperationError(this.getNode(), 'The field SIP URI is no address to dial', {
			itemIndex,
			description:
				'It looks like sip:proj_…@sip.api.openai.com;transport=tls and comes from Voice Agent: Start a session, with Transport SIP.',
		});
	}
	const ringFor = [5, 600] as const;
	const ring = checkRange.call(this, options.ringTimeout, ringFor, 'Ring For', itemIndex);
	const referUrl = options.referUrl || textOf(sip, 'referUrl');
	return dial(
		{
			...actionUrl.call(this, options.actionUrl || textOf(sip, 'actionUrl'), itemIndex),
			timeoutSeconds: ring ?? 30,
			answerOnBridge: options.answerOnBridge ?? true,
			hangupOnStar: false,
			...timeLimit(sip),
			...(referUrl ? { referUrl } : {}),
		},
		{ kind: 'sip', address },
	);
}

/** After so long Twilio ends a call that the sidecar has not: nobody controls it any more. */
function timeLimit(sip: unknown): { timeLimitSeconds?: number } {
	const limitMs = (sip as IDataObject | null | undefined)?.timeLimitMs;
	if (typeof limitMs !== 'number') return {};
	const timeLimitSeconds = Math.ceil(limitMs / 1000);
	// What Twilio takes; anything else would keep the call from being connected.
	return timeLimitSeconds >= 1 && timeLimitSeconds <= 86_400 ? { timeLimitSeconds } : {};
}

/** The address that decides what follows; nothing where the verbs behind do. */
function actionUrl(this: IExecuteFunctions, address = '', itemIndex: number): { action?: string } {
	if (this.getNodeParameter('afterStream', itemIndex, 'action') !== 'action') return {};
	if (isHttpUrl(address)) return { action: address };
	throw new NodeOperationError(this.getNode(), 'The session has no action URL', {
		itemIndex,
		description:
			'Put the Voice Agent node right before this one, set the option Action URL, or choose "Run the Fallback Verbs" in After the Conversation.',
	});
}

/** A text inside of something of which nothing is known. */
function textOf(source: unknown, name: string): string | undefined {
	const value = (source as IDataObject | null | undefined)?.[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function readField(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const value = this.getNodeParameter(parameter, itemIndex, '');
	if (typeof value === 'string' && value !== '') return value;
	throw new NodeOperationError(this.getNode(), `The field ${label} is empty`, {
		itemIndex,
		description:
			'Put a Voice Agent node (Start a session) right before this one and connect its Connect output: a declined session has nothing to connect to.',
	});
}
