import { levelOf, SILENT_FRAME, SPEECH_LEVEL } from '../../telephone-network/line-audio.ts';
import { conferenceBeep } from '../../telephone-network/tones.ts';
import { TwimlError } from '../../twiml/document.ts';
import { entertain, type WaitingSource } from '../../twiml/waiting.ts';
import type { Account } from '../account.ts';
import { WebhookError } from '../http-client.ts';
import { Recording, type RecordingOptions } from '../recording.ts';
import { newSid } from '../sids.ts';
import { ConferenceEvents, participantParams, type ConferenceCallback } from './events.ts';
import { Mixer, sumOf } from './mixer.ts';
import type { Participant, ReasonLeft } from './participant.ts';

export type ReasonEnded =
  | 'conference-ended-via-api'
  | 'participant-with-end-conference-on-exit-left'
  | 'participant-with-end-conference-on-exit-kicked'
  | 'last-participant-kicked'
  | 'last-participant-left';

export interface ConferenceSettings {
  /** As the first one who joins says. */
  readonly callback: ConferenceCallback | undefined;
  readonly recording: RecordingOptions | undefined;
}

const waitingVerbs: ReadonlySet<string> = new Set(['Play', 'Say', 'Pause', 'Redirect']);
/** Silence after which somebody has stopped speaking. */
const PAUSE_TICKS = 25;

/**
 * A room in which calls hear each other. Until it starts, each hears its waiting music instead.
 *
 * Invariants: it starts when two are there, one of whom may start it; it ends once, and with it
 * everybody leaves. https://www.twilio.com/docs/voice/twiml/conference
 */
export class Conference {
  readonly sid = newSid('CF');
  readonly account: Account;
  readonly friendlyName: string;
  readonly createdAtMs = Date.now();
  /** By call, in the order they came. */
  readonly participants = new Map<string, Participant>();
  updatedAtMs = this.createdAtMs;
  status: 'init' | 'in-progress' | 'completed' = 'init';
  reasonEnded: ReasonEnded | undefined;
  callSidEnding: string | undefined;
  readonly #events: ConferenceEvents;
  readonly #mixer: Mixer;
  readonly #speaking = new Map<Participant, number>();
  #settings: ConferenceSettings | undefined;
  #recording: Recording | undefined;
  #first: Participant | undefined;

  constructor(account: Account, friendlyName: string) {
    this.account = account;
    this.friendlyName = friendlyName;
    this.#events = new ConferenceEvents({
      ConferenceSid: this.sid,
      FriendlyName: friendlyName,
      AccountSid: account.sid,
    });
    this.#mixer = new Mixer({
      hears: (listener, speaker) => {
        const [to, from] = [this.#at(listener), this.#at(speaker)];
        if (!to || !from || from.muted || from.hold || to.hold) return false;
        return from.callSidToCoach === undefined || from.callSidToCoach === to.session.sid;
      },
      mixed: () => this.#onMixed(),
    });
    account.conferences.set(this.sid, this);
  }

  /** By the SID of the call, or by its label. */
  find(callSidOrLabel: string): Participant | undefined {
    const byCall = this.participants.get(callSidOrLabel);
    if (byCall) return byCall;
    for (const one of this.participants.values()) if (one.label === callSidOrLabel) return one;
    return undefined;
  }

  /** Somebody is on the way: shown, and not yet heard. */
  expect(participant: Participant, settings: ConferenceSettings): void {
    this.#settings ??= settings;
    this.#events.target ??= settings.callback;
    this.participants.set(participant.session.sid, participant);
  }

  /** The one who was expected has been reached. */
  join(participant: Participant): void {
    const { session } = participant;
    if (this.status === 'completed' || !session.isActive) {
      this.leave(participant, 'participant_hung_up');
      return;
    }
    this.#first ??= participant;
    participant.isConnected = true;
    this.#mixer.add(participant.seat);
    if (this.#mixer.size === 1) session.exchange.beat.add(this.#mixer);
    const unlisten = session.line.listen({
      frame: (mulaw) => participant.seat.spoken.push(mulaw),
      ended: () => this.leave(participant, 'participant_hung_up'),
    });
    void participant.left.then(unlisten);
    this.#tell(participant, 'join', 'participant-join');
    if (this.status === 'in-progress') this.#enter(participant);
    else if (this.#mayStart()) this.#start(participant);
    else this.#entertain(participant, participant.wait);
  }

  leave(participant: Participant, reason: ReasonLeft): void {
    const { session } = participant;
    if (!this.participants.delete(session.sid)) return;
    const wasConnected = participant.isConnected;
    participant.isConnected = false;
    participant.entertainment?.abort();
    this.#mixer.delete(participant.seat);
    if (this.#mixer.size === 0) session.exchange.beat.delete(this.#mixer);
    if (session.line.source === participant.seat.heard) session.line.source = null;
    this.#tell(participant, 'leave', 'participant-leave', {
      ParticipantCallStatus: session.status,
      ReasonParticipantLeft: reason,
    });
    if (wasConnected && participant.beepOnExit) this.#beep();
    participant.resolveLeft(reason);
    if (!wasConnected || this.status === 'completed') return;
    const kicked = reason === 'participant_updated_via_api';
    if (participant.endConferenceOnExit)
      this.#end(
        kicked
          ? 'participant-with-end-conference-on-exit-kicked'
          : 'participant-with-end-conference-on-exit-left',
        participant,
      );
    else if (![...this.participants.values()].some(({ isConnected }) => isConnected))
      this.#end(kicked ? 'last-participant-kicked' : 'last-participant-left', participant);
  }

  endByApi(): void {
    this.#end('conference-ended-via-api', undefined);
  }

  setMuted(participant: Participant, muted: boolean): void {
    if (participant.muted === muted) return;
    participant.muted = muted;
    this.#tell(participant, 'mute', muted ? 'participant-mute' : 'participant-unmute');
  }

  /** @param hold what is heard meanwhile; undefined lets the participant in again */
  setHold(participant: Participant, hold: WaitingSource | undefined): void {
    const wasHeld = participant.hold !== undefined;
    if (!wasHeld && hold === undefined) return;
    participant.hold = hold;
    if (participant.isConnected && this.status === 'in-progress') {
      if (hold) this.#entertain(participant, hold);
      else this.#hearConference(participant);
    }
    if (wasHeld !== (hold !== undefined))
      this.#tell(participant, 'hold', hold ? 'participant-hold' : 'participant-unhold');
  }

  /** Attributes that have no event of their own have changed. */
  modified(participant: Participant): void {
    this.#tell(participant, 'modify', 'participant-modify');
  }

  /** @param to only this one, or everybody */
  announce(audio: Uint8Array, to: Participant | undefined, url: string): void {
    const listeners = to ? [to] : this.participants.values();
    for (const { isConnected, hold, seat } of listeners)
      if (isConnected && !hold) seat.overlay.push(audio);
    const speaker = to ?? this.#first;
    if (speaker === undefined) return;
    const details = { AnnounceUrl: url, ...(to ? participantParams(to) : {}) };
    this.#events.send(speaker.session, 'announcement', 'announcement-end', details);
  }

  announcementFailed(to: Participant | undefined, url: string, reason: string): void {
    const speaker = to ?? this.#first;
    if (speaker === undefined) return;
    this.#events.send(speaker.session, 'announcement', 'announcement-fail', {
      AnnounceUrl: url,
      ReasonAnnouncementFailed: reason,
      ...(to ? participantParams(to) : {}),
    });
  }

  #at(seat: unknown): Participant | undefined {
    for (const one of this.participants.values()) if (one.seat === seat) return one;
    return undefined;
  }

  #mayStart(): boolean {
    const there = [...this.participants.values()].filter(({ isConnected }) => isConnected);
    return there.length >= 2 && there.some((one) => one.startConferenceOnEnter);
  }

  #start(last: Participant): void {
    this.status = 'in-progress';
    this.updatedAtMs = Date.now();
    this.#events.send(last.session, 'start', 'conference-start');
    const first = this.#first as Participant;
    const recording = this.#settings?.recording;
    if (recording)
      this.#recording = new Recording(first.session, { ...recording, conferenceSid: this.sid });
    for (const one of this.participants.values())
      if (one.isConnected) {
        if (one.hold) this.#entertain(one, one.hold);
        else this.#hearConference(one);
      }
    if (last.beepOnEnter) this.#beep();
  }

  #enter(participant: Participant): void {
    if (participant.hold) this.#entertain(participant, participant.hold);
    else this.#hearConference(participant);
    if (participant.beepOnEnter) this.#beep();
  }

  #hearConference(participant: Participant): void {
    participant.entertainment?.abort();
    participant.entertainment = undefined;
    participant.seat.heard.clear();
    participant.session.line.source = participant.seat.heard;
  }

  #entertain(participant: Participant, source: WaitingSource): void {
    const { session } = participant;
    participant.entertainment?.abort();
    const controller = new AbortController();
    participant.entertainment = controller;
    if (session.line.source === participant.seat.heard) session.line.source = null;
    const signal = AbortSignal.any([controller.signal, session.lifetime]);
    entertain(session, source, signal, { allowed: waitingVerbs, loop: false }).catch(
      (error: unknown) => {
        if (signal.aborted) return;
        if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
        session.errorCode = error.code;
        session.warn(error.code, error.message);
        // Whoever waits and cannot be entertained is not let in.
        if (this.status === 'init') this.leave(participant, 'participant_add_failed');
      },
    );
  }

  #beep(): void {
    if (this.status !== 'in-progress') return;
    for (const { isConnected, hold, seat } of this.participants.values())
      if (isConnected && !hold) seat.overlay.push(conferenceBeep);
  }

  #end(reason: ReasonEnded, by: Participant | undefined): void {
    if (this.status === 'completed') return;
    const session = (by ?? this.#first ?? [...this.participants.values()][0])?.session;
    this.status = 'completed';
    this.updatedAtMs = Date.now();
    this.reasonEnded = reason;
    this.callSidEnding = by?.session.sid;
    this.#recording?.stop();
    const left: ReasonLeft =
      by === undefined ? 'conference_ended_via_api' : 'moderator_ended_conference';
    for (const one of [...this.participants.values()]) this.leave(one, left);
    if (session === undefined) return;
    this.#events.send(session, 'end', 'conference-end', {
      ReasonConferenceEnded: reason,
      Reason: reasons[reason],
      ...(by ? { CallSidEndingConference: by.session.sid } : {}),
      ...(by?.label ? { ParticipantLabelEndingConference: by.label } : {}),
    });
  }

  #tell(
    participant: Participant,
    event: Parameters<ConferenceEvents['send']>[1],
    name: string,
    details: Readonly<Record<string, string>> = {},
  ): void {
    participant.updatedAtMs = Date.now();
    this.#events.send(participant.session, event, name, {
      ...participantParams(participant),
      ...details,
    });
  }

  #onMixed(): void {
    if (this.status !== 'in-progress') return;
    const audible = [...this.participants.values()].filter(
      (one) => one.isConnected && !one.muted && !one.hold,
    );
    if (this.#recording?.isActive) {
      const frameOf = (one: Participant): Uint8Array | null => one.seat.frame;
      const first = audible.find((one) => one === this.#first);
      const others = audible.filter((one) => one !== this.#first).map(frameOf);
      this.#recording.heard(first?.seat.frame ?? SILENT_FRAME);
      this.#recording.played(sumOf(others) ?? SILENT_FRAME);
    }
    if (this.#events.wants('speaker')) this.#watchSpeakers(audible);
  }

  /** Who has begun to speak, and who has been silent for long enough. */
  #watchSpeakers(audible: readonly Participant[]): void {
    for (const one of audible) {
      const isSound = one.seat.frame !== null && levelOf(one.seat.frame) >= SPEECH_LEVEL;
      const silentTicks = this.#speaking.get(one);
      if (isSound) {
        if (silentTicks === undefined) this.#tell(one, 'speaker', 'participant-speech-start');
        this.#speaking.set(one, 0);
      } else if (silentTicks !== undefined) {
        if (silentTicks + 1 < PAUSE_TICKS) this.#speaking.set(one, silentTicks + 1);
        else {
          this.#speaking.delete(one);
          this.#tell(one, 'speaker', 'participant-speech-stop');
        }
      }
    }
  }
}

const reasons: Readonly<Record<ReasonEnded, string>> = {
  'conference-ended-via-api': 'Conference ended via API',
  'participant-with-end-conference-on-exit-left': 'Participant with endConferenceOnExit left',
  'participant-with-end-conference-on-exit-kicked': 'Participant with endConferenceOnExit kicked',
  'last-participant-kicked': 'Last participant kicked',
  'last-participant-left': 'Last participant left',
};
