import type { AfterStreamTwiml } from './http/after-stream.ts';
import {
  dialTwiml,
  hangUpTwiml,
  takeMessageTwiml,
  whisperTwiml,
} from './telephony/twilio/twiml.ts';

/** What is said to Twilio after a stream or a dial, in the languages that `<Say>` knows. */
export const afterStreamTwiml: AfterStreamTwiml = {
  hangUp: hangUpTwiml,
  takeMessage: (say, language) => takeMessageTwiml({ say, language: sayLanguage(language) }),
  dial: dialTwiml,
  whisper: (say, language) => whisperTwiml(say, sayLanguage(language)),
};

/** `<Say>` knows fewer languages than speech recognition does. @param language BCP-47 */
function sayLanguage(language: string): Parameters<typeof takeMessageTwiml>[0]['language'] {
  const locale = new Intl.Locale(language);
  if (locale.language === 'en') return locale.region === 'GB' ? 'en-GB' : 'en-US';
  if (locale.region === 'ES') return 'es-ES';
  return locale.region === 'US' ? 'es-US' : 'es-MX';
}
