import { writeElement, type Element } from './xml';

/** Twilio reads at most 64 KB of TwiML from a URL or a webhook's answer. */
export const maxDocumentBytes = 64_000;

/** The `Twiml` parameter of the REST API, in characters. */
export const maxParameterCharacters = 4000;

/** Name and value of a stream's `<Parameter>` together. */
export const maxStreamParameterCharacters = 500;

/** A `<Response>` with the verbs in the order in which Twilio runs them. */
export function twiml(verbs: Element[]): string {
	return `<?xml version="1.0" encoding="UTF-8"?>${writeElement({ name: 'Response', content: verbs })}`;
}

/** Why a text cannot be TwiML, or undefined when it may be. */
export function faultOf(document: string): string | undefined {
	if (!/^\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<Response[\s/>]/.test(document)) {
		return 'It must begin with <Response> (an <?xml …?> line may stand before it).';
	}
	if (!/(<\/Response\s*>|<Response[^>]*\/>)\s*$/.test(document)) {
		return 'It must end with </Response>.';
	}
	if (Buffer.byteLength(document, 'utf8') > maxDocumentBytes) {
		return `Twilio reads at most ${maxDocumentBytes} bytes.`;
	}
	return undefined;
}
