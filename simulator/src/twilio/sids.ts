import { randomBytes } from 'node:crypto';

/** Twilio's identifiers: two letters that tell the kind, and 32 hexadecimal digits. */
export type SidPrefix = 'AC' | 'AP' | 'CA' | 'CF' | 'IE' | 'MZ' | 'OU' | 'PN' | 'QU' | 'RE';

export function newSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex');
}

export function isSid(prefix: SidPrefix, text: string): boolean {
  return text.length === 34 && text.startsWith(prefix) && /^[0-9a-f]{32}$/.test(text.slice(2));
}
