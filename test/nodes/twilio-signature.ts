import { createHash } from 'node:crypto';

import twilio from 'twilio';

import { credentials } from './contexts.ts';

/** Requests as Twilio sends them, signed by Twilio's own SDK. */
export const authToken = String(credentials.twilioVoiceApi?.authToken);
export const productionUrl = 'https://n8n.example.com/webhook/id/voice';

export interface Incoming {
  headers: Record<string, string>;
  rawBody: string;
  originalUrl: string;
}

interface SignOptions {
  /** The address that Twilio was given. */
  url?: string;
  token?: string;
  /** Path and query as n8n sees them, where a proxy has changed the path. */
  originalUrl?: string;
}

export function form(
  query: string,
  params: Record<string, string>,
  { url = productionUrl, token = authToken, originalUrl }: SignOptions = {},
): Incoming {
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url + query, params),
    },
    rawBody: new URLSearchParams(params).toString(),
    originalUrl: originalUrl ?? new URL(url).pathname + query,
  };
}

export function json(
  query: string,
  body: object,
  { url = productionUrl, token = authToken } = {},
): Incoming {
  const rawBody = JSON.stringify(body);
  const hash = createHash('sha256').update(rawBody).digest('hex');
  const signed = `${query}${query ? '&' : '?'}bodySHA256=${hash}`;
  return {
    headers: {
      'content-type': 'application/json',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url + signed, {}),
    },
    rawBody,
    originalUrl: new URL(url).pathname + signed,
  };
}
