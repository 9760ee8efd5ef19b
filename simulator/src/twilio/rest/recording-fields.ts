import type { RecordingOptions, RecordingSource } from '../recording.ts';
import type { Form } from './form.ts';

export const recordingFields = [
  'RecordingChannels',
  'RecordingConfigurationId',
  'RecordingStatusCallback',
  'RecordingStatusCallbackEvent',
  'RecordingStatusCallbackMethod',
  'RecordingTrack',
  'Trim',
] as const;

/** The fields that say how to record, of whichever resource starts the recording. */
export function recordingOptionsOf(
  form: Form,
  source: RecordingSource,
  trimByDefault = false,
): RecordingOptions {
  const channels = form.oneOf('RecordingChannels', ['mono', 'dual']) ?? 'mono';
  const url = form.url('RecordingStatusCallback');
  const method = form.method('RecordingStatusCallbackMethod') ?? 'POST';
  const events = form.someOf('RecordingStatusCallbackEvent', [
    'in-progress',
    'completed',
    'absent',
  ] as const);
  const trim = form.oneOf('Trim', ['trim-silence', 'do-not-trim']);
  return {
    source,
    channels: channels === 'dual' ? 2 : 1,
    track: form.oneOf('RecordingTrack', ['both', 'inbound', 'outbound']) ?? 'both',
    trim: trim === undefined ? trimByDefault : trim === 'trim-silence',
    callback: url
      ? { url, method, events: new Set(events.length > 0 ? events : ['completed' as const]) }
      : undefined,
  };
}
