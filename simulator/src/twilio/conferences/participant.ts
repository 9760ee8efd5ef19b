import type { WaitingSource } from '../../twiml/waiting.ts';
import type { CallSession } from '../call-session.ts';
import { MixerSeat } from './mixer.ts';

/** https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback-parameters */
export type ReasonLeft =
  | 'conference_ended_via_api'
  | 'moderator_ended_conference'
  | 'participant_updated_via_api'
  | 'participant_hung_up'
  | 'participant_add_failed';

export interface ParticipantSettings {
  readonly label: string | undefined;
  readonly muted: boolean;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  readonly beepOnEnter: boolean;
  readonly beepOnExit: boolean;
  readonly wait: WaitingSource;
  /** Only this call hears the participant. */
  readonly callSidToCoach: string | undefined;
}

/** One call in a conference, or on its way into it. */
export class Participant {
  readonly session: CallSession;
  readonly label: string | undefined;
  readonly startConferenceOnEnter: boolean;
  readonly beepOnEnter: boolean;
  readonly createdAtMs = Date.now();
  readonly seat = new MixerSeat();
  /** Resolves when it is over for this one, whatever the call does then. */
  readonly left: Promise<ReasonLeft>;
  updatedAtMs = this.createdAtMs;
  /** In the conference, and not only on its way. */
  isConnected = false;
  muted: boolean;
  hold: WaitingSource | undefined;
  wait: WaitingSource;
  endConferenceOnExit: boolean;
  beepOnExit: boolean;
  callSidToCoach: string | undefined;
  /** Ends what this one hears beside the conference. */
  entertainment: AbortController | undefined;
  resolveLeft!: (reason: ReasonLeft) => void;

  constructor(session: CallSession, settings: ParticipantSettings) {
    this.session = session;
    this.label = settings.label;
    this.muted = settings.muted;
    this.startConferenceOnEnter = settings.startConferenceOnEnter;
    this.endConferenceOnExit = settings.endConferenceOnExit;
    this.beepOnEnter = settings.beepOnEnter;
    this.beepOnExit = settings.beepOnExit;
    this.wait = settings.wait;
    this.callSidToCoach = settings.callSidToCoach;
    this.left = new Promise((resolve) => (this.resolveLeft = resolve));
  }

  /** Words of the `Participant` resource. */
  get status(): 'queued' | 'connecting' | 'ringing' | 'connected' | 'complete' | 'failed' {
    if (this.isConnected) return 'connected';
    switch (this.session.status) {
      case 'queued':
        return 'queued';
      case 'ringing':
        return 'ringing';
      case 'completed':
        return 'complete';
      case 'initiated':
      case 'in-progress':
        return 'connecting';
      default:
        return 'failed';
    }
  }
}
