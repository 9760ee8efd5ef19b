/**
 * What the call needs of a voice activity detector; `audio/voice-activity.ts` provides it.
 * `atMs` is in ms of audio since the detector was made.
 */
export interface VoiceActivity {
  process(
    mulawFrame: Uint8Array,
  ): { readonly type: 'speech-started' | 'speech-ended'; readonly atMs: number } | undefined;
  close(): void;
}
