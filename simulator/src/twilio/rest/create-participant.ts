import type { Account } from '../account.ts';
import { CallSession } from '../call-session.ts';
import { Conference, type ConferenceSettings } from '../conferences/conference.ts';
import { conferenceEvents } from '../conferences/events.ts';
import { Participant, type ParticipantSettings } from '../conferences/participant.ts';
import type { Exchange } from '../exchange.ts';
import type { RecordingEvent } from '../recording.ts';
import { coachOf } from './coaching.ts';
import { detectionOf, partiesOf, statusCallbackOf } from './create-call.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { recordingFields, recordingOptionsOf } from './recording-fields.ts';

const MAX_LABEL_LENGTH = 128;

const fields = [
  ...recordingFields,
  'AmdStatusCallback',
  'AmdStatusCallbackMethod',
  'Beep',
  'Byoc',
  'CallReason',
  'CallSidToCoach',
  'CallToken',
  'CallerDisplayName',
  'CallerId',
  'ClientNotificationUrl',
  'Coaching',
  'ConferenceRecord',
  'ConferenceRecordingStatusCallback',
  'ConferenceRecordingStatusCallbackEvent',
  'ConferenceRecordingStatusCallbackMethod',
  'ConferenceStatusCallback',
  'ConferenceStatusCallbackEvent',
  'ConferenceStatusCallbackMethod',
  'ConferenceTrim',
  'EarlyMedia',
  'EndConferenceOnExit',
  'From',
  'JitterBufferSize',
  'Label',
  'MachineDetection',
  'MachineDetectionSilenceTimeout',
  'MachineDetectionSpeechEndThreshold',
  'MachineDetectionSpeechThreshold',
  'MachineDetectionTimeout',
  'MaxParticipants',
  'Muted',
  'Passports',
  'Record',
  'Region',
  'SipAuthPassword',
  'SipAuthUsername',
  'StartConferenceOnEnter',
  'StatusCallback',
  'StatusCallbackEvent',
  'StatusCallbackMethod',
  'TimeLimit',
  'Timeout',
  'To',
  'WaitMethod',
  'WaitUrl',
] as const;

/**
 * Calls somebody into a conference. The one who is called joins at the answer, without a document.
 * @param room an open conference, or the name of one that is opened where it is not there
 * @throws RestError
 */
export function createParticipant(
  exchange: Exchange,
  account: Account,
  room: Conference | string,
  form: Form,
): { readonly conference: Conference; readonly participant: Participant } {
  form.allowOnly(fields);
  const parties = partiesOf(account, form);
  const existing = typeof room === 'string' ? account.conferenceNamed(room) : room;
  const settings = settingsOf(form, existing);
  const conferenceSettings = conferenceSettingsOf(form);
  const maxParticipants = form.integer('MaxParticipants', 2, 250) ?? 250;
  const timeoutMs = (form.integer('Timeout', 5, 600, restErrors.invalidTimeout) ?? 60) * 1000;
  const timeLimit = form.integer('TimeLimit', 1, 86_400);
  const recording = recordingOptionsOf(form, 'OutboundAPI', true);
  const isRecorded = form.boolean('Record') === true;
  form.boolean('EarlyMedia');
  form.oneOf('JitterBufferSize', ['off', 'small', 'medium', 'large']);
  form.oneOf('Region', ['us1', 'us2', 'ie1', 'de1', 'sg1', 'br1', 'au1', 'jp1']);
  const amdUrl = form.url('AmdStatusCallback');
  const amdMethod = form.method('AmdStatusCallbackMethod') ?? 'POST';
  const detection = detectionOf(form);
  const statusCallback = statusCallbackOf(form);
  if ((existing?.participants.size ?? 0) >= maxParticipants) throw restErrors.conferenceFull();

  const conference = existing ?? new Conference(account, room as string);
  const session = new CallSession({
    account,
    exchange,
    direction: 'outbound-api',
    ...parties,
    queueTimeMs: exchange.reserveStart(account),
    statusCallback,
    recording: isRecorded ? recording : undefined,
    detection: detection && {
      ...detection,
      asynchronous: true,
      callback: amdUrl ? { url: amdUrl, method: amdMethod } : undefined,
    },
    ...(timeLimit === undefined ? {} : { timeLimitMs: timeLimit * 1000 }),
  });
  const participant = new Participant(session, settings);
  conference.expect(participant, conferenceSettings);
  exchange.place({
    session,
    timeoutMs,
    answered: () => takePart(conference, participant),
    failed: () => conference.leave(participant, 'participant_add_failed'),
  });
  return { conference, participant };
}

/** From the answer until it leaves; then the call is over, or has been sent elsewhere. */
async function takePart(conference: Conference, participant: Participant): Promise<void> {
  const { session } = participant;
  session.detectAnsweringMachine();
  session.occupation.addEventListener(
    'abort',
    () =>
      conference.leave(
        participant,
        session.lifetime.aborted ? 'participant_hung_up' : 'participant_updated_via_api',
      ),
    { once: true },
  );
  conference.join(participant);
  await participant.left;
  if (!session.isIndependent) session.end('completed', 'other-side');
}

function settingsOf(form: Form, conference: Conference | undefined): ParticipantSettings {
  const label = form.filled('Label');
  if (label !== undefined && label.length > MAX_LABEL_LENGTH)
    throw restErrors.invalid(`Label is longer than ${MAX_LABEL_LENGTH} characters`);
  if (label !== undefined && conference?.find(label)) throw restErrors.labelTaken(label);
  const beep = form.oneOf('Beep', ['true', 'false', 'onEnter', 'onExit']) ?? 'true';
  const waitUrl = form.url('WaitUrl');
  const waitMethod = form.method('WaitMethod') ?? 'POST';
  return {
    label,
    muted: form.boolean('Muted') ?? false,
    startConferenceOnEnter: form.boolean('StartConferenceOnEnter') ?? true,
    endConferenceOnExit: form.boolean('EndConferenceOnExit') ?? false,
    beepOnEnter: beep === 'true' || beep === 'onEnter',
    beepOnExit: beep === 'true' || beep === 'onExit',
    wait: waitUrl
      ? { kind: 'url', url: waitUrl, method: waitMethod }
      : { kind: form.has('WaitUrl') ? 'silence' : 'music' },
    callSidToCoach: coachOf(conference, undefined, form)?.callSid,
  };
}

function conferenceSettingsOf(form: Form): ConferenceSettings {
  const url = form.url('ConferenceStatusCallback');
  const method = form.method('ConferenceStatusCallbackMethod') ?? 'POST';
  const events = form.someOf('ConferenceStatusCallbackEvent', conferenceEvents);
  const record =
    form.oneOf('ConferenceRecord', ['true', 'false', 'record-from-start', 'do-not-record']) ??
    'false';
  const trim = form.oneOf('ConferenceTrim', ['trim-silence', 'do-not-trim']);
  const recordUrl = form.url('ConferenceRecordingStatusCallback');
  const recordMethod = form.method('ConferenceRecordingStatusCallbackMethod') ?? 'POST';
  const recordEvents = form.someOf('ConferenceRecordingStatusCallbackEvent', [
    'in-progress',
    'completed',
    'failed',
    'absent',
  ] as const);
  const isRecorded = record === 'true' || record === 'record-from-start';
  return {
    callback: url
      ? { url, method, events: new Set(events.length > 0 ? events : ['start', 'end']) }
      : undefined,
    recording: isRecorded
      ? {
          source: 'Conference',
          channels: 2,
          track: 'both',
          trim: trim !== 'do-not-trim',
          callback: recordUrl
            ? {
                url: recordUrl,
                method: recordMethod,
                events: new Set<RecordingEvent>(
                  recordEvents.length > 0
                    ? recordEvents.filter((event) => event !== 'failed')
                    : ['completed'],
                ),
              }
            : undefined,
        }
      : undefined,
  };
}
