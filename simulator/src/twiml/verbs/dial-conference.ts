import { waitMs } from '../../telephone-network/waiting.ts';
import { Conference } from '../../twilio/conferences/conference.ts';
import {
  conferenceEvents,
  type ConferenceCallback,
  type ConferenceEvent,
} from '../../twilio/conferences/events.ts';
import { Participant, type ReasonLeft } from '../../twilio/conferences/participant.ts';
import type { RecordingOptions } from '../../twilio/recording.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { boolOf, methodOf, numberOf, resolveUrl, type VerbContext } from '../verb.ts';
import type { WaitingSource } from '../waiting.ts';
import { recordingCallback } from './record.ts';

const MAX_PARTICIPANTS = 250;
/** https://www.twilio.com/docs/api/errors/16020 and 16025 */
const CONFERENCE_FULL = 16_020;
const LABEL_TAKEN = 16_025;
/** https://www.twilio.com/docs/voice/twiml/conference#attributes-coach */
const COACH_NOT_THERE = 13_240;

/**
 * `<Dial><Conference>`: joins the room of that name, until this call leaves it.
 * @returns the `DialCallStatus`
 */
export async function dialConference(
  dial: TwimlElement,
  noun: TwimlElement,
  context: VerbContext,
): Promise<'answered' | 'failed'> {
  const { session, signal } = context;
  session.answer();
  if (noun.text === '') throw new TwimlError(13_210, 'Dial->Conference: a name is missing');
  const conference =
    session.account.conferenceNamed(noun.text) ?? new Conference(session.account, noun.text);
  const refusal = refusalOf(noun, conference);
  if (refusal !== undefined) {
    session.errorCode = refusal.code;
    session.warn(refusal.code, refusal.message);
    return 'failed';
  }
  const beep = noun.attributes.beep ?? 'true';
  const participant = new Participant(session, {
    label: noun.attributes.participantLabel,
    muted: boolOf(noun, 'muted', false),
    startConferenceOnEnter: boolOf(noun, 'startConferenceOnEnter', true),
    endConferenceOnExit: boolOf(noun, 'endConferenceOnExit', false),
    beepOnEnter: beep === 'true' || beep === 'onEnter',
    beepOnExit: beep === 'true' || beep === 'onExit',
    wait: waitingSourceOf(noun, 'waitUrl', 'waitMethod', context),
    callSidToCoach: noun.attributes.coach,
  });
  conference.expect(participant, {
    callback: callbackOf(noun, context),
    recording: recordingOf(noun, context),
  });
  const leave = (reason: ReasonLeft) => (): void => conference.leave(participant, reason);
  const onAbort = (): void =>
    leave(session.lifetime.aborted ? 'participant_hung_up' : 'participant_updated_via_api')();
  signal.addEventListener('abort', onAbort, { once: true });
  const unlisten = session.line.listen({
    digit: (digit) => {
      if (digit === '*' && boolOf(dial, 'hangupOnStar', false)) leave('participant_hung_up')();
    },
  });
  conference.join(participant);
  const over = new AbortController();
  const limitMs = numberOf(dial, 'timeLimit', 14_400) * 1000;
  void waitMs(session.exchange.beat, limitMs, over.signal).then((elapsed) => {
    if (elapsed) leave('participant_hung_up')();
  });
  const reason = await participant.left;
  over.abort();
  unlisten();
  signal.removeEventListener('abort', onAbort);
  return reason === 'participant_add_failed' ? 'failed' : 'answered';
}

function refusalOf(
  noun: TwimlElement,
  conference: Conference,
): { code: number; message: string } | undefined {
  const { participantLabel, coach } = noun.attributes;
  const max = numberOf(noun, 'maxParticipants', MAX_PARTICIPANTS);
  if (conference.participants.size >= max)
    return { code: CONFERENCE_FULL, message: 'Conference is full' };
  if (participantLabel !== undefined && conference.find(participantLabel))
    return { code: LABEL_TAKEN, message: 'A participant with the same label exists' };
  if (coach !== undefined && !conference.participants.get(coach)?.isConnected)
    return { code: COACH_NOT_THERE, message: 'The call to coach is not in the conference' };
  return undefined;
}

/** An empty URL is silence; none at all is the network's music. */
export function waitingSourceOf(
  element: TwimlElement,
  attribute: string,
  methodAttribute: string,
  context: VerbContext,
): WaitingSource {
  const url = element.attributes[attribute];
  if (url === undefined) return { kind: 'music' };
  if (url === '') return { kind: 'silence' };
  return { kind: 'url', url: resolveUrl(context, url), method: methodOf(element, methodAttribute) };
}

function callbackOf(noun: TwimlElement, context: VerbContext): ConferenceCallback | undefined {
  const { statusCallback, statusCallbackEvent = '' } = noun.attributes;
  if (statusCallback === undefined) return undefined;
  const events = statusCallbackEvent
    .split(' ')
    .filter((word): word is ConferenceEvent => conferenceEvents.some((event) => event === word));
  return {
    url: resolveUrl(context, statusCallback),
    method: methodOf(noun, 'statusCallbackMethod'),
    events: new Set(events),
  };
}

function recordingOf(noun: TwimlElement, context: VerbContext): RecordingOptions | undefined {
  const { record = 'do-not-record', trim } = noun.attributes;
  if (record === 'do-not-record' || record === 'false') return undefined;
  return {
    source: 'Conference',
    channels: 2,
    track: 'both',
    trim: trim !== 'do-not-trim',
    callback: recordingCallback(noun, context),
  };
}
