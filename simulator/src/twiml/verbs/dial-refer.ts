import type { CallSession } from '../../twilio/call-session.ts';
import type { TwimlSource } from '../../twilio/call-data.ts';
import type { TwimlElement } from '../document.ts';
import { methodOf, resolveUrl, type VerbContext } from '../verb.ts';

const ACCEPTED = 202;
/** From memory: Twilio's page names the error of its debugger, and no response. */
const DECLINED = 603;

/**
 * Lets the other side of a `<Dial>` hand the caller on (SIP REFER): Twilio asks `referUrl` what to do
 * with the caller; without one it refuses, with error 13802.
 * https://www.twilio.com/docs/voice/api/refer-to-twilio
 *
 * That the other side is hung up on then, and that `action` is not asked, is from memory.
 * @param taken the document that the caller is to go on with
 */
export function takeRefers(
  element: TwimlElement,
  context: VerbContext,
  child: CallSession,
  taken: (source: TwimlSource) => void,
): void {
  const { session } = context;
  const { referUrl } = element.attributes;
  child.onRefer = (referTo) => {
    session.log('refer', { referTo, callSid: child.sid });
    if (referUrl === undefined) {
      session.warn(13_802, 'Dial: No referUrl attribute specified');
      return DECLINED;
    }
    child.onRefer = undefined;
    taken({
      kind: 'url',
      url: resolveUrl(context, referUrl),
      method: methodOf(element, 'referMethod'),
      params: { ReferTransferTarget: referTo },
    });
    return ACCEPTED;
  };
}
