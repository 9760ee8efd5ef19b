import { decodeMulaw } from '../../audio/mulaw.ts';
import {
  FRAME_BYTES,
  FRAME_MS,
  levelOf,
  SPEECH_LEVEL,
} from '../../telephone-network/line-audio.ts';
import { beep } from '../../telephone-network/tones.ts';
import type { RecordingCallback } from '../../twilio/call-recording.ts';
import { saveRecording } from '../../twilio/call-recording.ts';
import type { TwimlElement } from '../document.ts';
import { playAudio } from '../playback.ts';
import {
  actionSource,
  boolOf,
  methodOf,
  numberOf,
  resolveUrl,
  type Verb,
  type VerbContext,
} from '../verb.ts';

/** https://www.twilio.com/docs/voice/twiml/record */
export const record: Verb = async (element, context) => {
  const { session, signal } = context;
  if (boolOf(element, 'transcribe', false)) session.log('not-simulated', { what: 'transcribe' });
  if (boolOf(element, 'playBeep', true) && !(await playAudio(session.line, beep, signal)))
    return undefined;
  const startedAtMs = Date.now();
  const heard = await listen(element, context);
  const trimmed =
    element.attributes.trim === 'do-not-trim' ? heard.frames : trimSilence(heard.frames);
  const recording = saveRecording(session, {
    source: 'RecordVerb',
    channels: 1,
    startedAtMs,
    tracks: [decodeMulaw(Buffer.concat(trimmed))],
    callback: recordingCallback(element, context),
  });
  // An empty recording goes on with the next verb.
  if (recording.status === 'absent') return undefined;
  const params = {
    RecordingUrl: session.exchange.recordingUrl(session.account.sid, recording.sid),
    RecordingSid: recording.sid,
    RecordingDuration: String(Math.round(recording.durationMs / 1000)),
    Digits: heard.endedBy,
  };
  if (!session.lifetime.aborted) return actionSource(element, context, params);
  if (element.attributes.action !== undefined)
    await session.exchange.notify(
      session,
      resolveUrl(context, element.attributes.action),
      methodOf(element, 'method'),
      { ...session.params(), ...params },
    );
  return undefined;
};

export function recordingCallback(
  element: TwimlElement,
  context: VerbContext,
): RecordingCallback | undefined {
  const { recordingStatusCallback, recordingStatusCallbackEvent } = element.attributes;
  if (recordingStatusCallback === undefined) return undefined;
  return {
    url: resolveUrl(context, recordingStatusCallback),
    method: methodOf(element, 'recordingStatusCallbackMethod'),
    events: new Set(
      (recordingStatusCallbackEvent ?? 'completed').split(' ') as (
        'in-progress' | 'completed' | 'absent'
      )[],
    ),
  };
}

/** Until silence, a key, the longest time, or the end of the call (`hangup`). */
function listen(
  element: TwimlElement,
  { session, signal }: VerbContext,
): Promise<{ frames: Uint8Array[]; endedBy: string }> {
  const maxMs = numberOf(element, 'maxLength', 3600) * 1000;
  const timeoutMs = numberOf(element, 'timeout', 5) * 1000;
  const finishKeys = element.attributes.finishOnKey ?? '1234567890*#';
  const frames: Uint8Array[] = [];
  let silenceMs = 0;
  return new Promise((resolve) => {
    const done = (endedBy: string): void => {
      unlisten();
      signal.removeEventListener('abort', onAbort);
      resolve({ frames, endedBy });
    };
    const onAbort = (): void => done('hangup');
    const unlisten = session.line.listen({
      frame: (mulaw) => {
        frames.push(mulaw);
        silenceMs = levelOf(mulaw) >= SPEECH_LEVEL ? 0 : silenceMs + FRAME_MS;
        if (frames.length * FRAME_MS >= maxMs) done('');
        else if (timeoutMs > 0 && silenceMs >= timeoutMs) done('');
      },
      digit: (digit) => {
        if (finishKeys.includes(digit)) done(digit);
      },
      ended: () => done('hangup'),
    });
    if (signal.aborted) done('hangup');
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function trimSilence(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  const isSpeech = (frame: Uint8Array): boolean =>
    frame.length === FRAME_BYTES && levelOf(frame) >= SPEECH_LEVEL;
  const first = frames.findIndex(isSpeech);
  return first < 0 ? [] : frames.slice(first, frames.findLastIndex(isSpeech) + 1);
}
