import { recordCall, type Recording } from '../../twilio/recording.ts';
import type { TwimlElement } from '../document.ts';
import type { VerbContext } from '../verb.ts';
import { recordingCallback } from './record.ts';

/** The recording of a `<Dial record>`, from the moment two parties are joined. */
export function startDialRecording(
  dial: TwimlElement,
  context: VerbContext,
): Recording | undefined {
  const { record = 'do-not-record', recordingTrack: track, trim } = dial.attributes;
  if (record === 'do-not-record' || record === 'false') return undefined;
  return recordCall(context.session, {
    source: 'DialVerb',
    channels: record.endsWith('dual') ? 2 : 1,
    track: track === 'inbound' || track === 'outbound' ? track : 'both',
    trim: trim === 'trim-silence',
    callback: recordingCallback(dial, context),
  });
}
