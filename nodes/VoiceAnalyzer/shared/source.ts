import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { sidecarRequest } from '../../shared/sidecar';
import type { Conversation } from '../analysis/contract';
import { parseTranscript } from '../transcript/parse';
import { readOptions } from './options';

const labels: Record<string, string> = {
	item: 'input item',
	transcript: 'Transcript',
	call: 'Call',
};

/** The chosen conversation. @throws {NodeOperationError} when there is none, or too much of it */
export async function readConversation(
	this: IExecuteFunctions,
	itemIndex: number,
): Promise<Conversation> {
	const source = this.getNodeParameter('source', itemIndex) as string;
	const { callerIs, mostCharacters } = readOptions.call(this, itemIndex);
	const value = await valueOf.call(this, source, itemIndex);
	const turns = parseTranscript(value, { callerIs });
	const fail = (message: string, description: string) =>
		new NodeOperationError(this.getNode(), message, { itemIndex, description });
	if (turns === undefined || turns.length === 0) {
		throw fail(
			`There is no conversation in the ${labels[source] ?? source}`,
			source === 'item'
				? 'The item needs one of these fields: turns, transcript, text or call. Choose "Text or Turns" under Conversation to point to another field.'
				: source === 'call'
					? 'Nothing was said in this call, or its transcript is not there yet: wait for call.completed.'
					: 'Fill in Transcript with text or turns, or check that its expression finds a value in the item.',
		);
	}
	const characters = turns.reduce((sum, { text }) => sum + text.length, 0);
	if (characters > mostCharacters) {
		throw fail(
			`The conversation has ${characters} characters, and ${mostCharacters} are allowed`,
			'Raise Max Characters under Options if the model takes that much, or split the conversation.',
		);
	}
	return { turns, ...idsOf(value) };
}

async function valueOf(
	this: IExecuteFunctions,
	source: string,
	itemIndex: number,
): Promise<unknown> {
	if (source === 'item') return this.getInputData()[itemIndex]?.json ?? {};
	if (source === 'transcript') return this.getNodeParameter('transcript', itemIndex, '');
	const id = String(
		this.getNodeParameter('call', itemIndex, '', { extractValue: true }) ?? '',
	).trim();
	if (id === '') {
		throw new NodeOperationError(this.getNode(), 'The field Call is empty', {
			itemIndex,
			description: 'Choose a call, or check that its expression finds an ID in the item.',
		});
	}
	return await sidecarRequest(this, {
		method: 'GET',
		path: `/v1/calls/${encodeURIComponent(id)}`,
		itemIndex,
	});
}

/** A call or an event says which call it was; a mere transcript does not. */
function idsOf(value: unknown): { callId: string | null; callSid: string | null } {
	const object = (typeof value === 'object' && value !== null ? value : {}) as IDataObject;
	const data = (object.data ?? object) as IDataObject;
	const call = (data.call ?? data) as IDataObject;
	const text = (each: unknown) => (typeof each === 'string' && each !== '' ? each : null);
	const callSid = text(call.callSid);
	return {
		callId: text(call.callId) ?? (Array.isArray(call.turns) && callSid ? text(call.id) : null),
		callSid,
	};
}
