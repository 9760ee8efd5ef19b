import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readString } from '../../shared/checks';
import { lookupRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	{
		displayName: 'Phone Number',
		name: 'phoneNumber',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description: 'Any number, in E.164 format; with a country also as it is written there',
	},
	{
		displayName: 'Line Type',
		name: 'lineType',
		type: 'boolean',
		default: true,
		description:
			'Whether to ask for the line type (mobile, landline, VoIP) and the carrier, which Twilio charges for',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Country',
				name: 'countryCode',
				type: 'string',
				default: 'CL',
				placeholder: 'CL',
				description: 'Two letters; needed for a number that does not begin with +',
			},
		],
	},
];

/** https://www.twilio.com/docs/lookup/v2-api */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const number = readString.call(this, 'phoneNumber', itemIndex);
	const { countryCode } = this.getNodeParameter('options', itemIndex, {}) as {
		countryCode?: string;
	};
	const country = countryCode?.trim().toUpperCase() || undefined;
	if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
		throw new NodeOperationError(this.getNode(), `"${country}" is not a country`, {
			itemIndex,
			description: 'The option Country takes the two letters of ISO 3166, for example CL.',
		});
	}
	if (!/\d/.test(number) || (!number.startsWith('+') && country === undefined)) {
		throw new NodeOperationError(
			this.getNode(),
			`"${number}" in the field Phone Number is not a phone number`,
			{
				itemIndex,
				description:
					'Write it in E.164 format, for example +56912345678, or add the option Country.',
			},
		);
	}
	const found = await lookupRequest(
		this,
		`/v2/PhoneNumbers/${encodeURIComponent(number)}`,
		{
			Fields: this.getNodeParameter('lineType', itemIndex) ? 'line_type_intelligence' : undefined,
			CountryCode: country,
		},
		itemIndex,
	);
	return lookupOutput(found);
}

function lookupOutput(found: IDataObject): IDataObject {
	const line = (found.line_type_intelligence ?? {}) as IDataObject;
	return {
		phoneNumber: found.phone_number,
		valid: found.valid === true,
		validationErrors: found.validation_errors ?? [],
		countryCode: found.country_code ?? null,
		callingCountryCode: found.calling_country_code ?? null,
		nationalFormat: found.national_format ?? null,
		lineType: line.type ?? null,
		carrier: line.carrier_name ?? null,
		mobileCountryCode: line.mobile_country_code ?? null,
		mobileNetworkCode: line.mobile_network_code ?? null,
		lineTypeErrorCode: line.error_code ?? null,
	};
}
