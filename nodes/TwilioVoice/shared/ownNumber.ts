import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isE164 } from '../../shared/phoneNumber';
import { twilioList } from '../transport/twilio';
import { isHttpUrl } from './checks';

/** A number of the account, as Twilio has it. Undefined also for a caller ID that was only verified. */
export async function findOwnNumber(
	this: IExecuteFunctions,
	phoneNumber: string,
	itemIndex: number,
): Promise<IDataObject | undefined> {
	const [found] = await twilioList(
		this,
		'incoming_phone_numbers',
		{ path: '/IncomingPhoneNumbers.json', qs: { PhoneNumber: phoneNumber }, itemIndex },
		1,
	);
	return found?.phone_number === phoneNumber ? found : undefined;
}

/** What was found for each number in an execution: many items are called from one number. */
const fallbacks = new WeakMap<IExecuteFunctions, Map<string, IDataObject>>();

/**
 * The voice fallback URL of the number that calls, as form fields of a new call. Twilio asks a number's
 * own only in calls to that number; a call that is made has none but what it is given.
 */
export async function fallbackOfNumber(
	this: IExecuteFunctions,
	phoneNumber: string,
	itemIndex: number,
): Promise<IDataObject> {
	const known = fallbacks.get(this) ?? new Map<string, IDataObject>();
	fallbacks.set(this, known);
	const fallback = known.get(phoneNumber) ?? (await lookUp.call(this, phoneNumber, itemIndex));
	known.set(phoneNumber, fallback);
	return fallback;
}

async function lookUp(
	this: IExecuteFunctions,
	phoneNumber: string,
	itemIndex: number,
): Promise<IDataObject> {
	if (!isE164(phoneNumber)) return {};
	try {
		const number = await findOwnNumber.call(this, phoneNumber, itemIndex);
		const url = String(number?.voice_fallback_url ?? '');
		if (!isHttpUrl(url)) return {};
		return { FallbackUrl: url, FallbackMethod: number?.voice_fallback_method ?? 'POST' };
	} catch {
		// Without it only a failure sounds worse; without the call nobody hears anything.
		this.logger.warn('The fallback URL of a calling number could not be looked up');
		return {};
	}
}
