import type { IDataObject } from 'n8n-workflow';

import { isoTime, secondsToMs } from './callOutput';

const present = (value: unknown) => (value === undefined || value === '' ? null : value);

/** A recording as the nodes put it out; `durationMs` is null until it is complete. */
export function recordingOutput(recording: IDataObject): IDataObject {
	const duration = Number(recording.duration);
	return {
		recordingSid: recording.sid,
		callSid: present(recording.call_sid),
		conferenceSid: present(recording.conference_sid),
		recordingStatus: recording.status,
		source: present(recording.source),
		track: present(recording.track),
		channels: recording.channels === undefined ? null : Number(recording.channels),
		// Twilio writes -1 for what it does not know yet.
		durationMs: duration >= 0 ? secondsToMs(recording.duration) : null,
		startedAt: isoTime(recording.start_time),
		createdAt: isoTime(recording.date_created),
		errorCode: present(recording.error_code),
		price: present(recording.price),
		priceUnit: present(recording.price_unit),
		mediaUrl: present(recording.media_url),
	};
}

export function conferenceOutput(conference: IDataObject): IDataObject {
	return {
		conferenceSid: conference.sid,
		friendlyName: conference.friendly_name,
		conferenceStatus: conference.status,
		region: present(conference.region),
		createdAt: isoTime(conference.date_created),
		updatedAt: isoTime(conference.date_updated),
		reasonEnded: present(conference.reason_conference_ended),
		callSidThatEndedIt: present(conference.call_sid_ending_conference),
	};
}

export function participantOutput(participant: IDataObject): IDataObject {
	return {
		callSid: participant.call_sid,
		conferenceSid: participant.conference_sid,
		label: present(participant.label),
		participantStatus: participant.status,
		muted: participant.muted === true,
		hold: participant.hold === true,
		coaching: participant.coaching === true,
		callSidToCoach: present(participant.call_sid_to_coach),
		startConferenceOnEnter: participant.start_conference_on_enter === true,
		endConferenceOnExit: participant.end_conference_on_exit === true,
		createdAt: isoTime(participant.date_created),
		updatedAt: isoTime(participant.date_updated),
	};
}

export function numberOutput(number: IDataObject): IDataObject {
	const { voice, sms } = (number.capabilities ?? {}) as { voice?: boolean; sms?: boolean };
	return {
		phoneNumberSid: number.sid,
		phoneNumber: number.phone_number,
		friendlyName: present(number.friendly_name),
		voiceCapable: voice === true,
		smsCapable: sms === true,
		voiceUrl: present(number.voice_url),
		voiceFallbackUrl: present(number.voice_fallback_url),
		statusCallback: present(number.status_callback),
		voiceApplicationSid: present(number.voice_application_sid),
		trunkSid: present(number.trunk_sid),
		createdAt: isoTime(number.date_created),
	};
}

export function streamOutput(stream: IDataObject): IDataObject {
	return {
		streamSid: stream.sid,
		callSid: stream.call_sid,
		streamName: present(stream.name),
		streamStatus: stream.status,
		updatedAt: isoTime(stream.date_updated),
	};
}
