import type { Account, AccountNumber } from '../account.ts';
import type { CallSession } from '../call-session.ts';
import type { Fork } from '../call-streams.ts';
import type { Conference } from '../conferences/conference.ts';
import type { Participant } from '../conferences/participant.ts';
import { rfc2822, rfc2822OrNull } from '../dates.ts';
import type { Queue, QueueMember } from '../queue.ts';
import type { Recording } from '../recording.ts';

const root = '/2010-04-01/Accounts';

/** https://www.twilio.com/docs/iam/api/account */
export function accountResource(account: Account): object {
  return {
    sid: account.sid,
    friendly_name: account.friendlyName,
    status: 'active',
    type: account.type,
    owner_account_sid: account.sid,
    date_created: rfc2822(account.createdAtMs),
    date_updated: rfc2822(account.createdAtMs),
    uri: `${root}/${account.sid}.json`,
    subresource_uris: {
      calls: `${root}/${account.sid}/Calls.json`,
      conferences: `${root}/${account.sid}/Conferences.json`,
      incoming_phone_numbers: `${root}/${account.sid}/IncomingPhoneNumbers.json`,
      queues: `${root}/${account.sid}/Queues.json`,
      recordings: `${root}/${account.sid}/Recordings.json`,
    },
  };
}

/** https://www.twilio.com/docs/voice/api/call-resource#call-properties */
export function callResource(call: CallSession): object {
  const { from, to, parent, phoneNumberSid, queueTimeMs = 0, direction } = call.options;
  const uri = `${root}/${call.account.sid}/Calls/${call.sid}`;
  return {
    sid: call.sid,
    account_sid: call.account.sid,
    parent_call_sid: parent?.sid ?? null,
    to,
    to_formatted: to,
    from,
    from_formatted: from,
    phone_number_sid: phoneNumberSid ?? null,
    status: call.status,
    direction,
    answered_by: call.answeredBy ?? null,
    start_time: rfc2822OrNull(call.startedAtMs),
    end_time: rfc2822OrNull(call.endedAtMs),
    duration: call.endedAtMs === undefined ? null : String(Math.ceil(call.durationMs / 1000)),
    queue_time: String(queueTimeMs),
    price: null,
    price_unit: 'USD',
    api_version: '2010-04-01',
    forwarded_from: null,
    caller_name: null,
    group_sid: null,
    trunk_sid: null,
    annotation: null,
    date_created: rfc2822(call.createdAtMs),
    date_updated: rfc2822(call.updatedAtMs),
    uri: `${uri}.json`,
    subresource_uris: {
      recordings: `${uri}/Recordings.json`,
      notifications: `${uri}/Notifications.json`,
      streams: `${uri}/Streams.json`,
      events: `${uri}/Events.json`,
    },
  };
}

/** https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
export function numberResource(number: AccountNumber): object {
  return {
    sid: number.sid,
    account_sid: number.accountSid,
    phone_number: number.phoneNumber,
    friendly_name: number.friendlyName,
    voice_url: number.voiceUrl,
    voice_method: number.voiceMethod,
    voice_fallback_url: number.voiceFallbackUrl,
    voice_fallback_method: number.voiceFallbackMethod,
    voice_application_sid: number.voiceApplicationSid,
    voice_caller_id_lookup: number.voiceCallerIdLookup,
    voice_receive_mode: 'voice',
    status_callback: number.statusCallback,
    status_callback_method: number.statusCallbackMethod,
    sms_url: '',
    sms_method: 'POST',
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    sms_application_sid: '',
    address_requirements: 'none',
    address_sid: null,
    beta: false,
    bundle_sid: null,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    emergency_address_sid: null,
    emergency_status: 'Inactive',
    identity_sid: null,
    origin: 'twilio',
    status: 'in-use',
    trunk_sid: number.trunkSid,
    api_version: '2010-04-01',
    date_created: rfc2822(number.createdAtMs),
    date_updated: rfc2822(number.updatedAtMs),
    uri: `${root}/${number.accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

/**
 * https://www.twilio.com/docs/voice/api/recording#recording-properties
 * @param parent of the subresource, as `Calls/CA…`; that one tells the track and not the media
 */
export function recordingResource(recording: Recording, mediaUrl: string, parent?: string): object {
  const isDone = recording.status === 'completed' || recording.status === 'absent';
  const base = `${root}/${recording.accountSid}${parent ? `/${parent}` : ''}`;
  const uri = `${base}/Recordings/${recording.sid}`;
  return {
    sid: recording.sid,
    account_sid: recording.accountSid,
    call_sid: recording.callSid,
    conference_sid: recording.conferenceSid,
    channels: recording.channels,
    source: recording.source,
    status: recording.status,
    error_code: isDone ? recording.errorCode : null,
    duration: isDone ? String(Math.round(recording.durationMs / 1000)) : null,
    start_time: rfc2822(recording.startedAtMs),
    date_created: rfc2822(recording.createdAtMs),
    date_updated: rfc2822(recording.updatedAtMs),
    price: null,
    price_unit: 'USD',
    encryption_details: null,
    api_version: '2010-04-01',
    uri: `${uri}.json`,
    ...(parent === undefined
      ? {
          media_url: mediaUrl,
          subresource_uris: {
            add_on_results: `${uri}/AddOnResults.json`,
            transcriptions: `${uri}/Transcriptions.json`,
          },
        }
      : { track: recording.track }),
  };
}

/** https://www.twilio.com/docs/voice/api/stream-resource#stream-properties */
export function streamResource(call: CallSession, { stream, name, ...fork }: Fork): object {
  return {
    sid: stream.sid,
    account_sid: call.account.sid,
    call_sid: call.sid,
    name: name ?? null,
    status: fork.isRunning ? 'in-progress' : 'stopped',
    date_updated: rfc2822(fork.updatedAtMs),
    uri: `${root}/${call.account.sid}/Calls/${call.sid}/Streams/${stream.sid}.json`,
  };
}

/** https://www.twilio.com/docs/voice/api/conference-resource#conference-properties */
export function conferenceResource(conference: Conference): object {
  const uri = `${root}/${conference.account.sid}/Conferences/${conference.sid}`;
  return {
    sid: conference.sid,
    account_sid: conference.account.sid,
    friendly_name: conference.friendlyName,
    status: conference.status,
    region: 'us1',
    reason_conference_ended: conference.reasonEnded ?? null,
    call_sid_ending_conference: conference.callSidEnding ?? null,
    api_version: '2010-04-01',
    date_created: rfc2822(conference.createdAtMs),
    date_updated: rfc2822(conference.updatedAtMs),
    uri: `${uri}.json`,
    subresource_uris: {
      participants: `${uri}/Participants.json`,
      recordings: `${uri}/Recordings.json`,
    },
  };
}

/** https://www.twilio.com/docs/voice/api/conference-participant-resource#participant-properties */
export function participantResource(conference: Conference, participant: Participant): object {
  const { session } = participant;
  const base = `${root}/${conference.account.sid}/Conferences/${conference.sid}`;
  return {
    account_sid: conference.account.sid,
    call_sid: session.sid,
    label: participant.label ?? null,
    conference_sid: conference.sid,
    call_sid_to_coach: participant.callSidToCoach ?? null,
    coaching: participant.callSidToCoach !== undefined,
    muted: participant.muted,
    hold: participant.hold !== undefined,
    start_conference_on_enter: participant.startConferenceOnEnter,
    end_conference_on_exit: participant.endConferenceOnExit,
    status: participant.status,
    queue_time: String(session.options.queueTimeMs ?? 0),
    date_created: rfc2822(participant.createdAtMs),
    date_updated: rfc2822(participant.updatedAtMs),
    uri: `${base}/Participants/${session.sid}.json`,
  };
}

/** https://www.twilio.com/docs/voice/api/queue-resource#queue-properties */
export function queueResource(queue: Queue): object {
  const uri = `${root}/${queue.account.sid}/Queues/${queue.sid}`;
  return {
    sid: queue.sid,
    account_sid: queue.account.sid,
    friendly_name: queue.friendlyName,
    current_size: queue.members.length,
    max_size: queue.maxSize,
    average_wait_time: queue.averageWaitSeconds,
    date_created: rfc2822(queue.createdAtMs),
    date_updated: rfc2822(queue.updatedAtMs),
    uri: `${uri}.json`,
    subresource_uris: { members: `${uri}/Members.json` },
  };
}

/** https://www.twilio.com/docs/voice/api/member-resource#member-properties */
export function memberResource(queue: Queue, member: QueueMember): object {
  const { sid } = member.session;
  return {
    call_sid: sid,
    queue_sid: queue.sid,
    date_enqueued: rfc2822(member.enqueuedAtMs),
    position: queue.members.indexOf(member) + 1,
    wait_time: member.waitSeconds,
    uri: `${root}/${queue.account.sid}/Queues/${queue.sid}/Members/${sid}.json`,
  };
}
