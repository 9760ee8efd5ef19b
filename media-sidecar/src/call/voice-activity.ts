import type { VoiceActivityDetector } from '../audio/voice-activity.ts';

/** What a call uses of a detector. */
export type VoiceActivity = Pick<VoiceActivityDetector, 'process' | 'close'>;
