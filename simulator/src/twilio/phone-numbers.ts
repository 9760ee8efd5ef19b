import { isAddress } from '../telephone-network/telephones.ts';

export function isE164(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text);
}

/** Twilio forgives spaces, hyphens, dots and brackets in a number that it is to call. */
export function normalizeNumber(text: string): string | undefined {
  const compact = text.replace(/[\s().-]/g, '');
  const number = /^\d{8,15}$/.test(compact) ? `+${compact}` : compact;
  return isE164(number) ? number : undefined;
}

/** Whom a call may reach. */
export interface Address {
  readonly kind: 'number' | 'sip' | 'client';
  /** As Twilio shows it in `To`. */
  readonly text: string;
  /** Where the telephone is found: without the parameters of a SIP address or a client. */
  readonly place: string;
}

/** A number, `sip:name@host[;parameters][?headers]` or `client:name[?parameters]`. */
export function parseAddress(text: string): Address | undefined {
  const kind = /^(sips?|client):/i.exec(text)?.[1]?.toLowerCase();
  if (kind === undefined) {
    const number = normalizeNumber(text);
    return number === undefined ? undefined : { kind: 'number', text: number, place: number };
  }
  const [bare = ''] = text.split(kind === 'client' ? '?' : /[;?]/, 1);
  const place = bare.replace(/^sips:/i, 'sip:');
  if (!isAddress(place)) return undefined;
  return { kind: kind === 'client' ? 'client' : 'sip', text, place };
}

const countryByPrefix: readonly (readonly [string, string])[] = [
  ['+1', 'US'],
  ['+33', 'FR'],
  ['+34', 'ES'],
  ['+39', 'IT'],
  ['+44', 'GB'],
  ['+49', 'DE'],
  ['+51', 'PE'],
  ['+52', 'MX'],
  ['+54', 'AR'],
  ['+55', 'BR'],
  ['+56', 'CL'],
  ['+57', 'CO'],
  ['+58', 'VE'],
  ['+351', 'PT'],
  ['+591', 'BO'],
  ['+593', 'EC'],
  ['+595', 'PY'],
  ['+598', 'UY'],
];

/** ISO 3166 country of a number, or '' where this table does not know it. */
export function countryOf(number: string): string {
  return countryByPrefix.find(([prefix]) => number.startsWith(prefix))?.[1] ?? '';
}
