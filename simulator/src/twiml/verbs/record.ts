import { FRAME_MS, levelOf, SPEECH_LEVEL } from '../../telephone-network/line-audio.ts';
import { beep } from '../../telephone-network/tones.ts';
import { Recording, type RecordingCallback, type RecordingEvent } from '../../twilio/recording.ts';
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
  const recording = new Recording(session, {
    source: 'RecordVerb',
    channels: 1,
    track: 'inbound',
    trim: element.attributes.trim !== 'do-not-trim',
    callback: recordingCallback(element, context),
  });
  const endedBy = await listen(element, context, recording);
  recording.stop();
  // An empty recording goes on with the next verb.
  if (recording.errorCode !== null) return undefined;
  const params = {
    RecordingUrl: session.exchange.recordingUrl(session.account.sid, recording.sid),
    RecordingSid: recording.sid,
    RecordingDuration: String(Math.round(recording.durationMs / 1000)),
    Digits: endedBy,
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
    events: new Set((recordingStatusCallbackEvent ?? 'completed').split(' ') as RecordingEvent[]),
  };
}

/** Until silence, a key, the longest time, or the end of the call (`hangup`). */
function listen(
  element: TwimlElement,
  { session, signal }: VerbContext,
  recording: Recording,
): Promise<string> {
  const maxMs = numberOf(element, 'maxLength', 3600) * 1000;
  const timeoutMs = numberOf(element, 'timeout', 5) * 1000;
  const finishKeys = element.attributes.finishOnKey ?? '1234567890*#';
  let elapsedMs = 0;
  let silenceMs = 0;
  return new Promise((resolve) => {
    const done = (endedBy: string): void => {
      unlisten();
      signal.removeEventListener('abort', onAbort);
      resolve(endedBy);
    };
    const onAbort = (): void => done('hangup');
    const unlisten = session.line.listen({
      frame: (mulaw) => {
        recording.heard(mulaw);
        elapsedMs += FRAME_MS;
        silenceMs = levelOf(mulaw) >= SPEECH_LEVEL ? 0 : silenceMs + FRAME_MS;
        if (elapsedMs >= maxMs) done('');
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
