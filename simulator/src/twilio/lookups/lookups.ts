import type { FastifyPluginCallback } from 'fastify';
import type { Exchange } from '../exchange.ts';
import { restErrors } from '../rest/errors.ts';
import { prepare } from '../rest/plugin.ts';
import { queryOf } from '../rest/request.ts';
import { parseNumber, type ParsedNumber } from './numbering-plans.ts';

/** Packages that need no agreement with Twilio, and that are answered here. */
const offered: ReadonlySet<string> = new Set(['validation', 'line_type_intelligence']);
/** Packages that exist, and that an account without an agreement does not get. */
const restricted: ReadonlySet<string> = new Set([
  'call_forwarding',
  'caller_name',
  'identity_match',
  'line_status',
  'phone_number_quality_score',
  'pre_fill',
  'reassigned_number',
  'sim_swap',
  'sms_pumping_risk',
]);

/**
 * Twilio's Lookup v2 under `/v2`, which Twilio serves from a host of its own.
 * https://www.twilio.com/docs/lookup/v2-api
 */
export const lookups: FastifyPluginCallback<{ readonly exchange: Exchange }> = (
  app,
  { exchange },
  done,
) => {
  prepare(app, exchange);
  app.get('/PhoneNumbers/:phoneNumber', async (request) => {
    const { phoneNumber } = request.params as { phoneNumber: string };
    const query = queryOf(request);
    const country = (query.get('CountryCode') || 'US').toUpperCase();
    if (!/^[A-Z]{2}$/.test(country)) throw restErrors.invalid('CountryCode must have two letters');
    const fields = (query.get('Fields') ?? '').split(',').filter((field) => field !== '');
    for (const field of fields) {
      if (restricted.has(field)) throw restErrors.packageNotEnabled(field);
      if (!offered.has(field)) throw restErrors.invalid(`Fields: ${field} is not a valid field`);
    }
    const parsed = parseNumber(phoneNumber, country);
    return resource(parsed, fields.includes('line_type_intelligence'));
  });
  done();
};

function resource({ plan, phoneNumber, national, type, errors }: ParsedNumber, withType: boolean) {
  const valid = errors.length === 0;
  const isMobile = type === 'mobile';
  return {
    calling_country_code: plan?.callingCode ?? null,
    country_code: valid ? plan?.country : null,
    phone_number: phoneNumber,
    national_format: valid ? plan?.format(national) : null,
    valid,
    validation_errors: valid ? null : errors,
    caller_name: null,
    sim_swap: null,
    call_forwarding: null,
    line_status: null,
    line_type_intelligence:
      withType && valid
        ? {
            error_code: null,
            mobile_country_code: isMobile ? plan?.carrier.mcc : null,
            mobile_network_code: isMobile ? plan?.carrier.mnc : null,
            carrier_name: type === 'unknown' ? null : plan?.carrier.name,
            type: type === 'unknown' ? null : type,
          }
        : null,
    identity_match: null,
    reassigned_number: null,
    sms_pumping_risk: null,
    phone_number_quality_score: null,
    pre_fill: null,
    url: `https://lookups.twilio.com/v2/PhoneNumbers/${phoneNumber}`,
  };
}
