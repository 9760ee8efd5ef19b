import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { faultOf, maxParameterCharacters } from '../twiml/document';

export const twimlField: INodeProperties = {
	displayName: 'TwiML',
	name: 'twiml',
	type: 'string',
	typeOptions: { rows: 5 },
	required: true,
	default: '',
	placeholder: '<Response><Say language="es-MX">Hola</Say></Response>',
	description: 'The instructions for the call, at most 4000 characters',
};

export const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'https://n8n.example.com/webhook/…/voice',
	description: 'The address from which Twilio fetches TwiML by POST',
};

/** @throws {NodeOperationError} when the field holds something else, or more than a parameter takes */
export function readTwiml(this: IExecuteFunctions, itemIndex: number): string {
	return fitsParameter.call(this, readDocument.call(this, 'twiml', itemIndex), itemIndex);
}

/** The TwiML of a field with the label TwiML. @throws {NodeOperationError} when it is none */
export function readDocument(
	this: IExecuteFunctions,
	parameter: string,
	itemIndex: number,
): string {
	const document = String(this.getNodeParameter(parameter, itemIndex, '') ?? '').trim();
	const fault = faultOf(document);
	if (fault === undefined) return document;
	throw new NodeOperationError(this.getNode(), 'The field TwiML holds no TwiML', {
		itemIndex,
		description: fault,
	});
}

/** Twilio's REST API takes at most 4000 characters of TwiML; a longer document needs a URL. */
export function fitsParameter(
	this: IExecuteFunctions,
	document: string,
	itemIndex: number,
): string {
	if (document.length <= maxParameterCharacters) return document;
	throw new NodeOperationError(
		this.getNode(),
		`The TwiML has ${document.length} characters, Twilio takes ${maxParameterCharacters}`,
		{ itemIndex, description: 'Shorten the text, or let Twilio fetch the TwiML from a URL.' },
	);
}
