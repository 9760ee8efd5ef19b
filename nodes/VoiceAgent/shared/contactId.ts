import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isE164 } from '../../shared/phoneNumber';
import { sidecarRequest } from '../../shared/sidecar';

/** The ID of a contact that is written as its ID or its phone number; only the number is looked up. */
export async function contactIdOf(
	this: IExecuteFunctions,
	written: string,
	tenant: IDataObject,
	itemIndex: number,
): Promise<string> {
	if (!isE164(written)) return written;
	const { id } = await sidecarRequest(this, {
		method: 'GET',
		path: `/v1/contacts/${encodeURIComponent(written)}`,
		qs: tenant,
		itemIndex,
	});
	return String(id);
}
