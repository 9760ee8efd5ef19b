import { decodeMulaw } from '../audio/mulaw.ts';
import { writeWav } from '../telephone-network/wav.ts';
import type { Recording } from './account.ts';
import type { CallSession } from './call-session.ts';
import { rfc2822 } from './dates.ts';
import { newSid } from './sids.ts';

export interface RecordingOptions {
  readonly source: Recording['source'];
  readonly channels: 1 | 2;
  readonly track: 'both' | 'inbound' | 'outbound';
  readonly callback?: RecordingCallback | undefined;
}

export interface RecordingCallback {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: ReadonlySet<'in-progress' | 'completed' | 'absent'>;
}

/** Records a line, both ways, from now until `stop` or the end of the call. */
export function recordCall(session: CallSession, options: RecordingOptions): { stop(): void } {
  const startedAtMs = Date.now();
  const sid = newSid('RE');
  const spoken: Uint8Array[] = [];
  const played: Uint8Array[] = [];
  let stopped = false;
  tellRecording(session, sid, startedAtMs, options, 'in-progress', 0);
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    unlisten();
    const inbound = decodeMulaw(Buffer.concat(spoken));
    const outbound = decodeMulaw(Buffer.concat(played));
    const tracks =
      options.track === 'inbound'
        ? [inbound]
        : options.track === 'outbound'
          ? [outbound]
          : options.channels === 2
            ? [inbound, outbound]
            : [mix(inbound, outbound)];
    saveRecording(session, { ...options, sid, startedAtMs, tracks });
  };
  const unlisten = session.line.listen({
    frame: (mulaw) => spoken.push(mulaw),
    played: (mulaw) => played.push(mulaw),
    ended: stop,
  });
  return { stop };
}

export function saveRecording(
  session: CallSession,
  options: Omit<RecordingOptions, 'track'> & {
    readonly sid?: string;
    readonly startedAtMs: number;
    readonly tracks: readonly Int16Array[];
  },
): Recording {
  const samples = Math.max(0, ...options.tracks.map((track) => track.length));
  const recording: Recording = {
    sid: options.sid ?? newSid('RE'),
    accountSid: session.account.sid,
    callSid: session.sid,
    startedAtMs: options.startedAtMs,
    createdAtMs: Date.now(),
    durationMs: samples / 8,
    channels: options.tracks.length === 2 ? 2 : 1,
    source: options.source,
    status: samples > 0 ? 'completed' : 'absent',
    wav: samples > 0 ? writeWav(options.tracks) : null,
  };
  session.account.recordings.set(recording.sid, recording);
  session.log('recording', { recordingSid: recording.sid, durationMs: recording.durationMs });
  tellRecording(
    session,
    recording.sid,
    recording.startedAtMs,
    options,
    recording.status,
    recording.durationMs,
  );
  return recording;
}

/** https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback */
function tellRecording(
  session: CallSession,
  sid: string,
  startedAtMs: number,
  options: Omit<RecordingOptions, 'track'>,
  status: 'in-progress' | 'completed' | 'absent',
  durationMs: number,
): void {
  const { callback } = options;
  if (!callback || !callback.events.has(status)) return;
  void session.exchange.notify(session, callback.url, callback.method, {
    AccountSid: session.account.sid,
    CallSid: session.sid,
    RecordingSid: sid,
    RecordingUrl: session.exchange.recordingUrl(session.account.sid, sid),
    RecordingStatus: status,
    RecordingDuration: String(Math.round(durationMs / 1000)),
    RecordingChannels: String(options.channels),
    RecordingStartTime: rfc2822(startedAtMs),
    RecordingSource: options.source,
    RecordingTrack: 'both',
    ...(status === 'absent' ? { ErrorCode: '16101' } : {}),
  });
}

function mix(a: Int16Array, b: Int16Array): Int16Array {
  const mixed = new Int16Array(Math.max(a.length, b.length));
  for (let i = 0; i < mixed.length; i++)
    mixed[i] = Math.max(-32_768, Math.min(32_767, (a[i] ?? 0) + (b[i] ?? 0)));
  return mixed;
}
