import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import { given } from '../../shared/request';
import { isSidecarError, sidecarRequest } from '../../shared/sidecar';
import { unexpectedReply } from '../shared/unexpectedReply';
import { toolParameters } from './toolParameters';

/** Kept in the node's static data while the workflow is published. */
interface Registration {
	kind: 'subscriptions' | 'tools';
	id: string;
	secret: string;
	/** What was asked for, to notice that the fields have changed since. */
	request: string;
}

export function registrationOf(staticData: IDataObject): Registration | undefined {
	const { registration } = staticData;
	return typeof registration === 'object' && registration !== null
		? (registration as unknown as Registration)
		: undefined;
}

/** What the sidecar says of one that it does not have. */
const notFound: Record<Registration['kind'], string> = {
	subscriptions: 'subscription-not-found',
	tools: 'tool-not-found',
};

function isTool(this: IHookFunctions): boolean {
	return this.getNodeParameter('mode') === 'tool';
}

/** What the fields ask the sidecar for. */
function wanted(this: IHookFunctions): { kind: Registration['kind']; body: IDataObject } {
	const url = this.getNodeWebhookUrl('default');
	const tenant = this.getNodeParameter('tenant', '', { extractValue: true }) as string;
	if (!isTool.call(this)) {
		const events = this.getNodeParameter('events', []) as string[];
		if (events.length === 0)
			fail.call(this, 'No event is chosen', 'Choose events in the field Events.');
		return { kind: 'subscriptions', body: given({ url, events, tenant }) };
	}
	const name = String(this.getNodeParameter('toolName', '')).trim();
	if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(name)) {
		fail.call(
			this,
			`"${name}" cannot be the name of a tool`,
			'The field Tool Name takes letters, digits and underscores, at most 64, and begins with a letter.',
		);
	}
	const description = String(this.getNodeParameter('toolDescription', '')).trim();
	if (description === '') {
		fail.call(
			this,
			'The tool has no description',
			'Tell the agent in Tool Description when to use the tool and what it answers.',
		);
	}
	return {
		kind: 'tools',
		body: given({
			url,
			name,
			description,
			parameters: toolParameters.call(this),
			deadlineMs: Number(this.getNodeParameter('deadlineMs', 5000)),
			tenant,
		}),
	};
}

function fail(this: IHookFunctions, message: string, description: string): never {
	throw new NodeOperationError(this.getNode(), message, { description });
}

/** Whether the sidecar still has what the fields ask for. */
export async function isRegistered(this: IHookFunctions): Promise<boolean> {
	const registration = registrationOf(this.getWorkflowStaticData('node'));
	if (!registration) return false;
	const { kind, body } = wanted.call(this);
	const isSame = registration.kind === kind && registration.request === JSON.stringify(body);
	const exists = await isKnown.call(this, registration);
	if (isSame && exists) return true;
	// Otherwise the old one would stay behind, and a tool's name would be taken by itself.
	if (exists) await unregister.call(this);
	return false;
}

async function isKnown(this: IHookFunctions, { kind, id }: Registration): Promise<boolean> {
	try {
		await sidecarRequest(this, { method: 'GET', path: `/v1/${kind}/${encodeURIComponent(id)}` });
		return true;
	} catch (error) {
		if (isSidecarError(error, notFound[kind])) return false;
		throw new NodeApiError(this.getNode(), error as never);
	}
}

export async function register(this: IHookFunctions): Promise<boolean> {
	const { kind, body } = wanted.call(this);
	const { id, secret } = await sidecarRequest(this, { method: 'POST', path: `/v1/${kind}`, body });
	if (typeof id !== 'string' || typeof secret !== 'string') throw unexpectedReply(this, 'secret');
	const registration: Registration = { kind, id, secret, request: JSON.stringify(body) };
	this.getWorkflowStaticData('node').registration = registration as unknown as IDataObject;
	return true;
}

export async function unregister(this: IHookFunctions): Promise<boolean> {
	const staticData = this.getWorkflowStaticData('node');
	const registration = registrationOf(staticData);
	if (!registration) return true;
	const { kind, id } = registration;
	try {
		await sidecarRequest(this, { method: 'DELETE', path: `/v1/${kind}/${encodeURIComponent(id)}` });
	} catch (error) {
		// Gone is what was asked for.
		if (!isSidecarError(error, notFound[kind]))
			throw new NodeApiError(this.getNode(), error as never);
	}
	delete staticData.registration;
	return true;
}
