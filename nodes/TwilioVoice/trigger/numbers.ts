import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import { twilioList, twilioRequest } from '../transport/twilio';
import { isSameTrigger, publicAddress, queries, withQuery } from './address';
import { wantsStatus } from './events';

/** What a number was set to before this trigger took it over. */
interface PreviousSettings extends IDataObject {
	VoiceUrl: string;
	VoiceMethod: string;
	VoiceFallbackUrl: string;
	VoiceFallbackMethod: string;
	VoiceApplicationSid: string;
	StatusCallback: string;
	StatusCallbackMethod: string;
}

interface TakenNumber extends IDataObject {
	phoneNumber: string;
	/** The VoiceUrl that this trigger set. The number is given back only while it still has it. */
	voiceUrl: string;
	previous: PreviousSettings;
}

/** By the number's SID, in the node's static data. */
type TakenNumbers = Record<string, TakenNumber>;

/**
 * What a number goes back to when the test run or the published workflow, whichever of them has it now,
 * gives it back. They take it from one another, and each has static data that the other does not see.
 */
const goesBackTo = new Map<string, PreviousSettings>();

function keyOf(this: IHookFunctions, sid: string): string {
	return `${this.getWorkflow().id ?? ''}/${this.getNode().id}/${sid}`;
}

function taken(this: IHookFunctions): TakenNumbers {
	const staticData = this.getWorkflowStaticData('node');
	staticData.numbers ??= {};
	return staticData.numbers as TakenNumbers;
}

function manages(this: IHookFunctions): boolean {
	return this.getNodeParameter('manageWebhook', false) === true;
}

/** A list from the selector, or a list or a comma-separated text from an expression. */
export function chosenNumbers(value: unknown): string[] {
	const list = Array.isArray(value) ? value : String(value ?? '').split(/[,;\n]/);
	return [...new Set(list.map((one) => String(one).replace(/[\s()-]/g, '')).filter(Boolean))];
}

async function selectedNumbers(this: IHookFunctions): Promise<IDataObject[]> {
	const chosen = chosenNumbers(this.getNodeParameter('phoneNumbers', []));
	if (chosen.length === 0) {
		throw new NodeOperationError(this.getNode(), 'No phone number is chosen', {
			description:
				"Choose the numbers in the field Phone Numbers, or turn off Manage the Number's Webhook.",
		});
	}
	const numbers = await accountNumbers.call(this);
	if (chosen.includes('*')) return numbers;
	return chosen.map((wanted) => {
		const number = numbers.find(({ phone_number: e164 }) => e164 === wanted);
		if (number) return number;
		throw new NodeOperationError(this.getNode(), `The account has no number ${wanted}`, {
			description: 'Check the field Phone Numbers against the numbers in the Twilio console.',
		});
	});
}

function settings(this: IHookFunctions, address: string): IDataObject {
	return {
		VoiceUrl: address,
		VoiceMethod: 'POST',
		VoiceFallbackUrl: withQuery(address, queries.fallback),
		VoiceFallbackMethod: 'POST',
		// A TwiML application would take precedence over the number's own addresses.
		VoiceApplicationSid: '',
		...(wantsStatus.call(this)
			? { StatusCallback: withQuery(address, queries.status), StatusCallbackMethod: 'POST' }
			: {}),
	};
}

/** Whether each chosen number is as this trigger would set it. */
export async function numbersAreSet(this: IHookFunctions): Promise<boolean> {
	if (!manages.call(this)) return true;
	const wanted = settings.call(this, publicAddress.call(this));
	const numbers = await selectedNumbers.call(this);
	return numbers.every((number) => {
		const current: IDataObject = previousSettings(number);
		return (
			String(number.sid) in taken.call(this) &&
			Object.entries(wanted).every(([name, value]) => current[name] === value)
		);
	});
}

/**
 * Points the chosen numbers to this trigger and remembers what they were set to. When one cannot be
 * set, those that were already taken over are given back.
 */
export async function takeNumbers(this: IHookFunctions): Promise<boolean> {
	if (!manages.call(this)) return true;
	const address = publicAddress.call(this);
	const wanted = settings.call(this, address);
	const remembered = taken.call(this);
	const numbers = await selectedNumbers.call(this);
	for (const number of numbers) requireOwnAddresses.call(this, number);
	try {
		for (const number of numbers) {
			const sid = String(number.sid);
			const previous = settingsToRemember.call(this, number, address, remembered[sid]);
			// Remembered before the change: a crash in between must not lose the old values.
			remembered[sid] = { phoneNumber: String(number.phone_number), voiceUrl: address, previous };
			goesBackTo.set(keyOf.call(this, sid), previous);
			await setNumber.call(this, sid, wanted);
		}
	} catch (error) {
		await giveBackNumbers.call(this).catch((again: unknown) => {
			this.logger.warn('Could not give back a phone number after a failed activation', {
				error: (again as Error).message,
			});
		});
		throw new NodeOperationError(this.getNode(), error as Error, {
			message: `A phone number could not be pointed to this workflow: ${(error as Error).message}`,
			description:
				(error as { description?: string }).description ??
				'Check the Twilio Voice credential and the field Phone Numbers.',
		});
	}
	return true;
}

/**
 * What the number is to go back to. Not an address of this trigger itself, which leads nowhere by then;
 * only a test run gives a number back to the published workflow.
 */
function settingsToRemember(
	this: IHookFunctions,
	number: IDataObject,
	address: string,
	known: TakenNumber | undefined,
): PreviousSettings {
	const current = previousSettings(number);
	const isOurs = [address, known?.voiceUrl ?? ''].some((one) =>
		isSameTrigger(current.VoiceUrl, one),
	);
	if (!isOurs) return current;
	// A test run has the test address as its own.
	const isTest = this.getMode() === 'manual';
	const isAtProduction = (current.VoiceUrl === address) !== isTest;
	if (isTest && isAtProduction) return current;
	const leadsOn = ({ VoiceUrl: url }: PreviousSettings) =>
		!isSameTrigger(url, address) || (isTest && url !== address);
	const original = [goesBackTo.get(keyOf.call(this, String(number.sid))), known?.previous].find(
		(one) => one !== undefined && leadsOn(one),
	);
	// Without a memory of it, somebody has pointed it here by hand, or a test run was cut off.
	return original ?? (isAtProduction ? current : previousSettings({}));
}

/**
 * Puts the remembered values back, on the numbers that still point to this trigger. A number that was
 * released or pointed elsewhere meanwhile is left alone.
 */
export async function giveBackNumbers(this: IHookFunctions): Promise<boolean> {
	const remembered = taken.call(this);
	if (Object.keys(remembered).length === 0) return true;
	const numbers = await accountNumbers.call(this);
	for (const [sid, { voiceUrl, previous }] of Object.entries(remembered)) {
		const number = numbers.find((one) => one.sid === sid);
		const key = keyOf.call(this, sid);
		const isBorrowed = isSameTrigger(previous.VoiceUrl, voiceUrl);
		if (number?.voice_url === voiceUrl) {
			// Unpublished meanwhile, the published workflow has left what it would have put back itself.
			const settings = (isBorrowed && goesBackTo.get(key)) || previous;
			await setNumber.call(this, sid, restored(number, settings, voiceUrl));
		} else if (isSameTrigger(String(number?.voice_url ?? ''), voiceUrl)) {
			// The test run or the published workflow has taken it over, and gives it back in its turn.
			if (!isBorrowed) goesBackTo.set(key, previous);
			continue;
		}
		goesBackTo.delete(key);
		delete remembered[sid];
	}
	return true;
}

/** The status callback may belong to somebody else by now; then it stays. */
function restored(number: IDataObject, previous: PreviousSettings, voiceUrl: string): IDataObject {
	const { StatusCallback, StatusCallbackMethod, ...voice } = previous;
	const isOurs = isSameTrigger(String(number.status_callback ?? ''), voiceUrl);
	return isOurs ? { ...voice, StatusCallback, StatusCallbackMethod } : voice;
}

async function accountNumbers(this: IHookFunctions): Promise<IDataObject[]> {
	return await twilioList(this, 'incoming_phone_numbers', { path: '/IncomingPhoneNumbers.json' });
}

async function setNumber(this: IHookFunctions, sid: string, form: IDataObject): Promise<void> {
	await twilioRequest(this, {
		method: 'POST',
		path: `/IncomingPhoneNumbers/${encodeURIComponent(sid)}.json`,
		form,
	});
}

/** Twilio ignores a number's addresses while it belongs to a SIP trunk. */
function requireOwnAddresses(this: IHookFunctions, number: IDataObject) {
	if (!number.trunk_sid) return;
	throw new NodeOperationError(
		this.getNode(),
		`The number ${String(number.phone_number)} belongs to a SIP trunk`,
		{ description: 'Remove it from the trunk in the Twilio console, or choose another number.' },
	);
}

function previousSettings(number: IDataObject): PreviousSettings {
	const text = (value: unknown) => (typeof value === 'string' ? value : '');
	return {
		VoiceUrl: text(number.voice_url),
		VoiceMethod: text(number.voice_method) || 'POST',
		VoiceFallbackUrl: text(number.voice_fallback_url),
		VoiceFallbackMethod: text(number.voice_fallback_method) || 'POST',
		VoiceApplicationSid: text(number.voice_application_sid),
		StatusCallback: text(number.status_callback),
		StatusCallbackMethod: text(number.status_callback_method) || 'POST',
	};
}
