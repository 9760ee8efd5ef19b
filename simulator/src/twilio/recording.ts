import { decodeMulaw } from '../audio/mulaw.ts';
import { levelOf, SILENT_FRAME, SPEECH_LEVEL } from '../telephone-network/line-audio.ts';
import { writeWav } from '../telephone-network/wav.ts';
import type { CallSession } from './call-session.ts';
import { rfc2822 } from './dates.ts';
import { newSid } from './sids.ts';

export type RecordingSource =
  | 'DialVerb'
  | 'Conference'
  | 'OutboundAPI'
  | 'RecordVerb'
  | 'StartCallRecordingAPI'
  | 'StartCallRecordingTwiML'
  | 'StartConferenceRecordingAPI';

export type RecordingStatus =
  'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent' | 'deleted';

export type RecordingEvent = 'in-progress' | 'completed' | 'absent';

export interface RecordingCallback {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: ReadonlySet<RecordingEvent>;
}

export interface RecordingOptions {
  readonly source: RecordingSource;
  readonly channels: 1 | 2;
  readonly track: 'both' | 'inbound' | 'outbound';
  /** Leaves out silence at the beginning and at the end. */
  readonly trim: boolean;
  readonly conferenceSid?: string | undefined;
  readonly callback?: RecordingCallback | undefined;
}

/** Why a recording is absent. https://www.twilio.com/docs/api/errors/16101 and 16102 */
const TOO_SHORT = 16_101;
const SILENT = 16_102;

/**
 * One recording, from its start to its file. Whoever makes it feeds both directions, 20 ms at a time.
 *
 * Invariants: it stops once; audio comes with the status `completed` and goes with `deleted`.
 * https://www.twilio.com/docs/voice/api/recording
 */
export class Recording {
  readonly sid = newSid('RE');
  readonly accountSid: string;
  readonly callSid: string;
  readonly conferenceSid: string | null;
  readonly source: RecordingSource;
  readonly track: RecordingOptions['track'];
  readonly startedAtMs = Date.now();
  readonly createdAtMs = this.startedAtMs;
  updatedAtMs = this.startedAtMs;
  status: RecordingStatus = 'in-progress';
  /** Of the audio that was kept; 0 until the recording has stopped. */
  durationMs = 0;
  /** Why there will be no file; null where there is, or will be, one. */
  errorCode: number | null = null;
  readonly #session: CallSession;
  readonly #options: RecordingOptions;
  readonly #inbound: Uint8Array[] = [];
  readonly #outbound: Uint8Array[] = [];
  readonly #whenStopped: (() => void)[] = [];
  #pause: 'silence' | 'skip' | undefined;
  #stopped = false;
  #audio: readonly Int16Array[] = [];
  #told: Promise<void> = Promise.resolve();

  /** @param session whose recording this is; of a conference, its first participant */
  constructor(session: CallSession, options: RecordingOptions) {
    this.#session = session;
    this.#options = options;
    this.accountSid = session.account.sid;
    this.callSid = session.sid;
    this.conferenceSid = options.conferenceSid ?? null;
    this.source = options.source;
    this.track = options.track;
    session.account.recordings.set(this.sid, this);
    session.log('recording-started', { recordingSid: this.sid, source: this.source });
    this.#tell('in-progress');
  }

  get isActive(): boolean {
    return !this.#stopped;
  }

  get channels(): 1 | 2 {
    return this.track === 'both' ? this.#options.channels : 1;
  }

  /** 20 ms that arrived from the telephone; of a conference, from its first participant. */
  heard(mulaw: Uint8Array): void {
    this.#take(this.#inbound, mulaw);
  }

  /** 20 ms that were played to the telephone; of a conference, everybody else. */
  played(mulaw: Uint8Array): void {
    this.#take(this.#outbound, mulaw);
  }

  /** @param behavior whether the pause is heard as silence, or not at all */
  pause(behavior: 'silence' | 'skip'): void {
    this.#pause = behavior;
    this.#setStatus('paused');
  }

  resume(): void {
    this.#pause = undefined;
    this.#setStatus('in-progress');
  }

  onStopped(callback: () => void): void {
    this.#whenStopped.push(callback);
  }

  /** Ends the recording; its file is ready at once, or after the time that the faults say. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const callback of this.#whenStopped) callback();
    this.#makeFile();
    const { recordingProcessingMs } = this.#session.exchange.faults.current.twilio;
    if (recordingProcessingMs === 0) return this.#publish();
    this.#setStatus('processing');
    setTimeout(() => this.#publish(), recordingProcessingMs).unref();
  }

  delete(): void {
    this.#audio = [];
    this.#setStatus('deleted');
  }

  /**
   * Mono mixes what is there down to one channel.
   * @returns 16-bit samples at 8,000 Hz by channel; undefined while there is no file
   */
  samples(mono: boolean): readonly Int16Array[] | undefined {
    if (this.status !== 'completed') return undefined;
    return mono ? [mix(this.#audio)] : this.#audio;
  }

  wav(mono = false): Buffer | undefined {
    const samples = this.samples(mono);
    return samples && writeWav(samples);
  }

  #take(frames: Uint8Array[], mulaw: Uint8Array): void {
    if (this.#stopped || this.#pause === 'skip') return;
    frames.push(this.#pause === 'silence' ? SILENT_FRAME : mulaw);
  }

  #setStatus(status: RecordingStatus): void {
    this.status = status;
    this.updatedAtMs = Date.now();
  }

  #makeFile(): void {
    const { track, channels, trim } = this.#options;
    const wanted =
      track === 'both'
        ? [this.#inbound, this.#outbound]
        : [track === 'inbound' ? this.#inbound : this.#outbound];
    const isEmpty = wanted.every((frames) => frames.length === 0);
    const [first, last] = trim ? soundOf(wanted) : [0, Number.POSITIVE_INFINITY];
    const tracks = wanted.map((frames) => decodeMulaw(Buffer.concat(frames.slice(first, last))));
    this.#inbound.length = 0;
    this.#outbound.length = 0;
    this.#audio = tracks.length === 2 && channels === 1 ? [mix(tracks)] : tracks;
    const samples = Math.max(...this.#audio.map((one) => one.length));
    this.durationMs = samples / 8;
    if (samples === 0) this.errorCode = isEmpty ? TOO_SHORT : SILENT;
  }

  #publish(): void {
    if (this.status === 'deleted') return;
    const status = this.errorCode === null ? 'completed' : 'absent';
    this.#setStatus(status);
    this.#session.log('recording', { recordingSid: this.sid, durationMs: this.durationMs });
    this.#tell(status);
  }

  /** https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback */
  #tell(status: RecordingEvent): void {
    const { callback } = this.#options;
    if (!callback?.events.has(status)) return;
    const session = this.#session;
    const params: Record<string, string> = {
      AccountSid: this.accountSid,
      CallSid: this.callSid,
      ...(this.conferenceSid ? { ConferenceSid: this.conferenceSid } : {}),
      RecordingSid: this.sid,
      RecordingUrl: session.exchange.recordingUrl(this.accountSid, this.sid),
      RecordingStatus: status,
      ...(status === 'completed'
        ? { RecordingDuration: String(Math.round(this.durationMs / 1000)) }
        : {}),
      RecordingChannels: String(this.channels),
      RecordingStartTime: rfc2822(this.startedAtMs),
      RecordingSource: this.source,
      RecordingTrack: this.track,
      ErrorCode: String(this.errorCode ?? 0),
    };
    this.#told = this.#told.then(() =>
      session.exchange.notify(session, callback.url, callback.method, params),
    );
  }
}

/** Records a line, both ways, from now until it is stopped or the call ends. */
export function recordCall(session: CallSession, options: RecordingOptions): Recording {
  const recording = new Recording(session, options);
  recording.onStopped(
    session.line.listen({
      frame: (mulaw) => recording.heard(mulaw),
      played: (mulaw) => recording.played(mulaw),
      ended: () => recording.stop(),
    }),
  );
  return recording;
}

/** From the first frame with sound to behind the last one, on any track; 0 to 0 without any. */
function soundOf(tracks: readonly (readonly Uint8Array[])[]): readonly [number, number] {
  const isSound = (frame: Uint8Array): boolean => levelOf(frame) >= SPEECH_LEVEL;
  const firsts = tracks.map((frames) => frames.findIndex(isSound)).filter((index) => index >= 0);
  if (firsts.length === 0) return [0, 0];
  return [
    Math.min(...firsts),
    Math.max(...tracks.map((frames) => frames.findLastIndex(isSound))) + 1,
  ];
}

function mix(tracks: readonly Int16Array[]): Int16Array {
  const [only, ...others] = tracks;
  if (only !== undefined && others.length === 0) return only;
  const mixed = new Int16Array(Math.max(0, ...tracks.map((track) => track.length)));
  for (let i = 0; i < mixed.length; i++) {
    let sum = 0;
    for (const track of tracks) sum += track[i] ?? 0;
    mixed[i] = Math.max(-32_768, Math.min(32_767, sum));
  }
  return mixed;
}
