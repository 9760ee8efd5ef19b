import type { Conference } from '../conferences/conference.ts';
import type { Participant } from '../conferences/participant.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';

/**
 * `Coaching` and `CallSidToCoach` of an update or of a new participant.
 * @returns whom to coach, or nobody any more; undefined where neither was said
 */
export function coachOf(
  conference: Conference | undefined,
  participant: Participant | undefined,
  form: Form,
): { readonly callSid: string | undefined } | undefined {
  const coaching = form.boolean('Coaching');
  const callSid = form.filled('CallSidToCoach');
  if (coaching === false) return { callSid: undefined };
  if (callSid === undefined) {
    if (coaching === true && participant?.callSidToCoach === undefined)
      throw restErrors.invalid('Coaching needs CallSidToCoach');
    return undefined;
  }
  if (!conference?.participants.get(callSid)?.isConnected || callSid === participant?.session.sid)
    throw restErrors.invalid('CallSidToCoach is not a participant of this conference');
  return { callSid };
}
