import type { Account, AccountNumber } from '../account.ts';
import { normalizeNumber } from '../phone-numbers.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';

/** By exact number, or by a part of it; `*` stands for any digit. */
export function filterNumbers(account: Account, query: URLSearchParams): readonly AccountNumber[] {
  const phoneNumber = query.get('PhoneNumber');
  const friendlyName = query.get('FriendlyName');
  const pattern = phoneNumber ? numberPattern(phoneNumber) : undefined;
  return [...account.numbers.values()]
    .reverse()
    .filter((number) => !friendlyName || number.friendlyName === friendlyName)
    .filter((number) => !pattern || pattern.test(number.phoneNumber));
}

function numberPattern(text: string): RegExp {
  const exact = normalizeNumber(text);
  if (exact) return new RegExp(`^\\${exact}$`);
  if (!/^\+?[\d*]+$/.test(text)) throw restErrors.invalidNumber(text);
  return new RegExp(text.replace('+', '\\+').replaceAll('*', '\\d'));
}

/** https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource#update-an-incomingphonenumber-resource */
export function updateNumber(account: Account, number: AccountNumber, form: Form): void {
  form.allowOnly([
    'FriendlyName',
    'StatusCallback',
    'StatusCallbackMethod',
    'VoiceApplicationSid',
    'VoiceCallerIdLookup',
    'VoiceFallbackMethod',
    'VoiceFallbackUrl',
    'VoiceMethod',
    'VoiceReceiveMode',
    'VoiceUrl',
  ]);
  const applicationSid = form.text('VoiceApplicationSid');
  if (applicationSid && !account.applications.has(applicationSid))
    throw restErrors.invalidApplication();
  form.oneOf('VoiceReceiveMode', ['voice', 'fax']);
  // All is read, and so checked, before anything is changed. An empty URL removes one.
  const changes = {
    ...given('voiceUrl', form.has('VoiceUrl'), form.url('VoiceUrl') ?? ''),
    ...given('voiceMethod', form.has('VoiceMethod'), form.method('VoiceMethod') ?? 'POST'),
    ...given('voiceFallbackUrl', form.has('VoiceFallbackUrl'), form.url('VoiceFallbackUrl') ?? ''),
    ...given(
      'voiceFallbackMethod',
      form.has('VoiceFallbackMethod'),
      form.method('VoiceFallbackMethod') ?? 'POST',
    ),
    ...given('statusCallback', form.has('StatusCallback'), form.url('StatusCallback') ?? ''),
    ...given(
      'statusCallbackMethod',
      form.has('StatusCallbackMethod'),
      form.method('StatusCallbackMethod') ?? 'POST',
    ),
    ...given('voiceApplicationSid', applicationSid !== undefined, applicationSid ?? ''),
    // An application takes the number off its trunk.
    ...given('trunkSid', Boolean(applicationSid), null),
    ...given(
      'voiceCallerIdLookup',
      form.has('VoiceCallerIdLookup'),
      form.boolean('VoiceCallerIdLookup') ?? false,
    ),
    ...given('friendlyName', form.has('FriendlyName'), form.text('FriendlyName') ?? ''),
  };
  Object.assign(number, changes, { updatedAtMs: Date.now() });
}

function given<K extends keyof AccountNumber>(
  key: K,
  isGiven: boolean,
  value: AccountNumber[K],
): Partial<AccountNumber> {
  return isGiven ? ({ [key]: value } as Partial<AccountNumber>) : {};
}
