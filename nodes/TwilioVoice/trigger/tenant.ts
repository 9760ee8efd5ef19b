import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { isSidecarError, sidecarRequest } from '../../shared/sidecar';

/** Twilio waits 15 s for the whole answer, so the look-up gets a small part of it. */
const lookupTimeoutMs = 3000;

export interface TenantLookup extends IDataObject {
	tenant: IDataObject | null;
	tenantLookup: 'off' | 'found' | 'not-found' | 'no-number' | 'unavailable';
}

/**
 * Finds the tenant of a number. A sidecar that does not answer must not keep the call waiting: the
 * workflow runs and sees `tenantLookup: 'unavailable'`. Recordings, streams and answering-machine results
 * come without numbers.
 */
export async function lookUpTenant(
	this: IWebhookFunctions,
	phoneNumber: string,
): Promise<TenantLookup> {
	if (this.getNodeParameter('resolveTenant', false) !== true) {
		return { tenant: null, tenantLookup: 'off' };
	}
	if (phoneNumber === '') return { tenant: null, tenantLookup: 'no-number' };
	try {
		const { tenant } = await sidecarRequest(this, {
			method: 'GET',
			path: '/v1/tenants/resolve',
			qs: { number: phoneNumber },
			timeoutMs: lookupTimeoutMs,
		});
		return { tenant: tenant as IDataObject, tenantLookup: 'found' };
	} catch (error) {
		if (isSidecarError(error, 'tenant-not-found')) {
			return { tenant: null, tenantLookup: 'not-found' };
		}
		this.logger.error('The tenant of a called number could not be looked up', {
			error: (error as Error).message,
		});
		return { tenant: null, tenantLookup: 'unavailable' };
	}
}
