import type { HandsetEnding } from '../telephone-network/handset.ts';
import type { EndingInWords } from './messages.ts';

/**
 * What Twilio's error codes mean for somebody who builds the other end of the line.
 * Source: https://www.twilio.com/docs/api/errors
 */
const ERRORS: Readonly<Record<number, readonly [title: string, advice: string]>> = {
  11200: [
    'The webhook could not be fetched',
    'The voice URL answered with an error status, or not at all. Is the workflow active?',
  ],
  11205: [
    'No connection to the webhook',
    'Nothing listens at the voice URL, or the connection was dropped. Is n8n running?',
  ],
  11206: ['The webhook broke HTTP', 'The reply of the voice URL is not valid HTTP.'],
  11210: ['The webhook’s host is unknown', 'The host name of the voice URL does not resolve.'],
  11215: ['The webhook redirects in circles', 'The voice URL redirects too many times.'],
  11220: ['The webhook failed at TLS', 'The TLS handshake with the voice URL failed.'],
  11235: ['The webhook is not a web address', 'The voice URL must be an http or https address.'],
  11237: [
    'The webhook’s certificate is not trusted',
    'The certificate of the voice URL is not valid for its host, or its issuer is unknown.',
  ],
  11750: ['The TwiML is too large', 'A TwiML reply may have at most 64 KB.'],
  11751: ['A media file is too large', 'The file of <Play> is larger than Twilio takes.'],
  12100: ['The TwiML is not XML', 'The reply of the webhook could not be parsed as XML.'],
  12101: ['The TwiML has no URL', 'A verb that needs a URL has none, or not a valid one.'],
  12200: ['The TwiML breaks its schema', 'The reply has a verb or an attribute that TwiML lacks.'],
  12300: ['The webhook did not answer XML', 'The Content-Type of the reply must be an XML type.'],
  12400: ['Twilio failed inside', 'An internal failure of the telephone network.'],
  13201: ['<Dial> has a caller number it may not use', 'The callerId is not one of the account.'],
  13223: ['<Dial> has no valid number', 'The number in <Dial> is not a phone number.'],
  13224: ['<Dial> has no valid number', 'The number in <Dial> cannot be reached.'],
  21211: ['The number is not a phone number', 'Use the international form, such as +56221234567.'],
  31901: ['The media stream timed out', 'The sidecar took too long to accept the stream.'],
  31902: ['The media stream could not connect', 'Nothing listens at the stream URL.'],
  31903: ['The media stream broke', 'The connection to the sidecar was lost in the middle.'],
  31904: ['The media stream’s host is unknown', 'The host of the stream URL does not resolve.'],
  31910: ['The media stream failed at TLS', 'The TLS handshake with the stream URL failed.'],
  31920: [
    'The media stream was refused',
    'The sidecar did not accept the WebSocket: wrong signature, full, draining, or not running.',
  ],
  31921: [
    'The sidecar closed the stream',
    'It closed the WebSocket: the session was not accepted.',
  ],
  31924: ['The sidecar broke the WebSocket protocol', 'It sent a frame that is not valid.'],
  31930: ['The sidecar sent too much audio', 'Twilio’s buffer of the stream ran over.'],
  31941: ['The stream asks for an unknown track', 'The track of <Stream> is not one of Twilio’s.'],
  31950: ['The sidecar sent binary messages', 'Media streams carry text messages only.'],
  31951: ['The sidecar sent an unknown message', 'A message of the stream was not understood.'],
};

const BY_STATUS: Readonly<Record<HandsetEnding['status'], string>> = {
  completed: 'The call ended',
  busy: 'The line is busy',
  'no-answer': 'Nobody answered',
  canceled: 'The call was given up before it was answered',
  failed: 'The call could not be completed',
};

const BY_SIDE: Readonly<Record<HandsetEnding['endedBy'], string>> = {
  caller: 'You hung up',
  'other-side': 'The other side hung up',
  network: 'The network ended the call',
};

/** @param numberInService whether the dialled number belongs to an account of the network */
export function describeEnding(ending: HandsetEnding, numberInService: boolean): EndingInWords {
  const { status, endedBy, errorCode } = ending;
  const known = errorCode === undefined ? undefined : ERRORS[errorCode];
  const base = { status, endedBy, ...(errorCode === undefined ? {} : { errorCode }) };
  if (known) return { ...base, title: known[0], detail: known[1] };
  if (errorCode !== undefined) {
    const detail = `Twilio error ${errorCode}: see https://www.twilio.com/docs/api/errors/${errorCode}`;
    return { ...base, title: BY_STATUS[status], detail };
  }
  if (status === 'failed' && !numberInService) {
    const detail = 'No account of this telephone network has that number.';
    return { ...base, title: 'The number is not in service', detail };
  }
  const title = status === 'completed' ? BY_SIDE[endedBy] : BY_STATUS[status];
  return { ...base, title, detail: '' };
}
