import { randomBytes } from 'node:crypto';
import type { Invite } from '../telephone-network/telephones.ts';

/** https://www.twilio.com/docs/api/errors/13251 */
const MAX_URI_CHARS = 255;
const MAX_HEADERS_CHARS = 1024;
/** https://www.twilio.com/docs/api/errors/13252: what may go without `X-`. */
const PLAIN_HEADERS = new Set([
  'user-to-user',
  'remote-party-id',
  'p-preferred-identity',
  'p-called-party-id',
]);

/** A line in Twilio's debugger. */
export interface SipWarning {
  readonly code: number;
  readonly message: string;
}

export interface CustomHeaders {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly warnings: readonly SipWarning[];
}

/**
 * The headers behind the `?` of a SIP address, as Twilio puts them into the INVITE. What it cannot
 * use is left out with a warning (13252, 32112). That too many (13251) are all left out is from memory.
 */
export function customHeaders(query: string): CustomHeaders {
  if (query.length >= MAX_HEADERS_CHARS)
    return {
      headers: [],
      warnings: [{ code: 13_251, message: 'Dial: Too many headers passed' }],
    };
  const headers: { name: string; value: string }[] = [];
  const warnings: SipWarning[] = [];
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const value = decoded(rest.join('='));
    if (!/^x-[\w.-]+$/i.test(name) && !PLAIN_HEADERS.has(name.toLowerCase()))
      warnings.push({ code: 13_252, message: 'Dial: Invalid header name' });
    // eslint-disable-next-line no-control-regex -- a header that spans lines is what must not pass
    else if (value === undefined || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
      warnings.push({ code: 32_112, message: 'SIP: Invalid header value' });
    else headers.push({ name, value });
  }
  return { headers, warnings };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign without its digits.
    return undefined;
  }
}

export interface OutboundInvite extends Invite {
  readonly callId: string;
  readonly warnings: readonly SipWarning[];
}

/**
 * The INVITE of a call to `sip:name@host[;parameters][?headers]`: Twilio's own headers, and those of the
 * address. That From names `sip.twilio.com` was seen in applications that print OpenAI's webhook;
 * the names of Twilio's headers are from memory of its page on `<Sip>`.
 * @returns undefined for an address that is too long
 */
export function inviteTo(
  address: string,
  call: { readonly sid: string; readonly accountSid: string; readonly from: string },
): OutboundInvite | undefined {
  const mark = address.indexOf('?');
  const uri = mark < 0 ? address : address.slice(0, mark);
  const [, user = '', host = '', parameters = ''] =
    /^sips?:([^@]*)@([^:;]+)(?::\d+)?(.*)$/i.exec(uri) ?? [];
  if (uri.length >= MAX_URI_CHARS) return undefined;
  const { headers, warnings } = customHeaders(mark < 0 ? '' : address.slice(mark + 1));
  const transport = /;transport=([^;]+)/i.exec(parameters)?.[1]?.toLowerCase();
  const callId = `${randomBytes(16).toString('hex')}@0.0.0.0`;
  const caller = call.from.replace(/^(?:client|sips?):/i, '').replace(/[@;?].*$/, '');
  return {
    uri,
    user,
    host,
    // From memory: signalling over TLS alone does not encrypt audio.
    media: /^sips:/i.test(uri) || /;secure=true/i.test(parameters) ? 'srtp' : 'rtp',
    transport: transport ?? (/^sips:/i.test(uri) ? 'tls' : 'udp'),
    callId,
    warnings,
    headers: [
      {
        name: 'From',
        value: `<sip:${caller}@sip.twilio.com>;tag=${randomBytes(8).toString('hex')}`,
      },
      { name: 'To', value: `<${uri}>` },
      { name: 'Call-ID', value: callId },
      { name: 'X-Twilio-ApiVersion', value: '2010-04-01' },
      { name: 'X-Twilio-AccountSid', value: call.accountSid },
      { name: 'X-Twilio-CallSid', value: call.sid },
      ...headers,
    ],
  };
}

/** What a refused INVITE makes of a call. 600 and 603 are from memory. */
export function statusOfSip(sipStatus: number): 'busy' | 'no-answer' | 'failed' {
  if (sipStatus === 486 || sipStatus === 600 || sipStatus === 603) return 'busy';
  return sipStatus === 408 || sipStatus === 480 ? 'no-answer' : 'failed';
}
