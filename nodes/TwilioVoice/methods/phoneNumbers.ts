import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { twilioList } from '../transport/twilio';

function label({ phone_number: number, friendly_name: name }: IDataObject): string {
	return name && name !== number ? `${String(number)} (${String(name)})` : String(number);
}

/** For a node that calls: any number of the account that has voice. */
export async function searchPhoneNumbers(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const numbers = await twilioList(this, 'incoming_phone_numbers', {
		path: '/IncomingPhoneNumbers.json',
	});
	const wanted = filter?.toLowerCase() ?? '';
	return {
		results: numbers
			.map((number) => ({ name: label(number), value: String(number.phone_number) }))
			.filter(({ name }) => name.toLowerCase().includes(wanted)),
	};
}

/** For the trigger: the same numbers, and all of them at once. */
export async function getPhoneNumbers(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const numbers = await twilioList(this, 'incoming_phone_numbers', {
		path: '/IncomingPhoneNumbers.json',
	});
	return [
		{ name: 'All Numbers of the Account', value: '*' },
		...numbers.map((number) => ({ name: label(number), value: String(number.phone_number) })),
	];
}
