import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { OriginationUrl, Trunk } from '../account.ts';
import { iso8601 } from '../dates.ts';
import type { Exchange } from '../exchange.ts';
import { pageWithMeta } from '../rest/paging.ts';
import { authenticate, prepare } from '../rest/plugin.ts';
import { found, pathOf, queryOf } from '../rest/request.ts';

/**
 * What Twilio's Elastic SIP Trunking tells of the trunks of an account, under `/v1/Trunks`. Twilio
 * serves it from a host of its own.
 * https://www.twilio.com/docs/sip-trunking/api/originationurl-resource
 */
export const trunking: FastifyPluginCallback<{ readonly exchange: Exchange }> = (
  app,
  { exchange },
  done,
) => {
  prepare(app, exchange);
  const trunkOf = (request: FastifyRequest): Trunk =>
    found(authenticate(exchange, request).trunks.get(paramsOf(request).trunkSid), request);
  app.get('/:trunkSid/OriginationUrls', async (request) => {
    const trunk = trunkOf(request);
    const url = exchange.publicUrl + pathOf(request);
    return pageWithMeta(
      [...trunk.originationUrls.values()].reverse(),
      'origination_urls',
      url,
      queryOf(request),
      (one) => resource(trunk, one, `${url}/${one.sid}`),
    );
  });
  app.get('/:trunkSid/OriginationUrls/:sid', async (request) => {
    const trunk = trunkOf(request);
    const one = found(trunk.originationUrls.get(paramsOf(request).sid ?? ''), request);
    return resource(trunk, one, exchange.publicUrl + pathOf(request));
  });
  done();
};

function paramsOf(request: FastifyRequest): { readonly trunkSid: string; readonly sid?: string } {
  return request.params as { trunkSid: string; sid?: string };
}

/** @param url of the resource itself */
function resource(trunk: Trunk, one: OriginationUrl, url: string): object {
  return {
    sid: one.sid,
    account_sid: trunk.accountSid,
    trunk_sid: trunk.sid,
    sip_url: one.sipUrl,
    friendly_name: one.friendlyName,
    enabled: one.enabled,
    priority: one.priority,
    weight: one.weight,
    date_created: iso8601(one.createdAtMs),
    date_updated: iso8601(one.createdAtMs),
    url,
  };
}
