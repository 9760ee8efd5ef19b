import { createHmac } from 'node:crypto';

/** Form fields; a field that repeats has several values. */
export type FormParams = Readonly<Record<string, string | readonly string[]>>;

/**
 * The `X-Twilio-Signature` of a request: HMAC-SHA1 over the full URL followed by each field's name
 * and value, sorted by name. https://www.twilio.com/docs/usage/security#validating-requests
 */
export function signRequest(authToken: string, url: string, params: FormParams = {}): string {
  let text = url;
  for (const name of Object.keys(params).sort()) {
    const value = params[name] as string | readonly string[];
    const values = typeof value === 'string' ? [value] : [...new Set(value)].sort();
    for (const one of values) text += name + one;
  }
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}
