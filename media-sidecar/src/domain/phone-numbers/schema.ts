import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';

const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * An E.164 phone number. `isPossible`, not `isValid`: numbering plans change more often than the
 * library's metadata, and a number that exists must not be refused.
 */
export const phoneNumberSchema = z
  .string()
  .regex(E164, 'must be a phone number in E.164 format, like +56221234567')
  .refine((value) => parsePhoneNumberFromString(value)?.isPossible() === true, {
    message: 'has a length or a country code that no phone number has',
  });
