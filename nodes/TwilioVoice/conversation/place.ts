import type { IExecuteFunctions, IWebhookDescription, NodeTypeAndVersion } from 'n8n-workflow';

/**
 * The paths behind the execution's waiting address, the same for every node that waits.
 *
 * On `saved`, n8n itself answers with what the next node that waits puts out, once the wait is saved: the
 * next request cannot come too early. On `atOnce`, the next node sends the answer while it runs; it is
 * for flows in which another kind of node may answer.
 */
export const waitingPaths = { saved: 'call', atOnce: 'call-now' } as const;

/** The field of a waiting node's item that n8n answers with. */
export const answerField = 'twiml';

export const answerContentType = 'text/xml';

const common = {
	name: 'default',
	httpMethod: 'POST',
	restartWebhook: true,
	isFullPath: true,
} as const;

export const webhooks: IWebhookDescription[] = [
	{
		...common,
		path: waitingPaths.saved,
		responseMode: 'lastNode',
		responseData: 'firstEntryJson',
		responsePropertyName: answerField,
		responseContentType: answerContentType,
	},
	{ ...common, path: waitingPaths.atOnce, responseMode: 'responseNode' },
];

function answersAtOnce({ type, disabled, parameters }: NodeTypeAndVersion): boolean {
	if (disabled) return false;
	if (/\.respondToWebhook$/.test(type)) return true;
	return /\.twilioVoice$/.test(type) && parameters?.resource === 'response';
}

/** Where Twilio is to go on, by who may answer it there. */
export function pathAfter(this: IExecuteFunctions): string {
	const behind = this.getChildNodes(this.getNode().name, { includeNodeParameters: true });
	return behind.some(answersAtOnce) ? waitingPaths.atOnce : waitingPaths.saved;
}
