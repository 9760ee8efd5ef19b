import type { Voices } from '../../voices/contract.ts';
import { makeRecording } from './recordings.ts';
import type { Recording, RecordingRequest } from './recordings.ts';

/** Two people, each on a channel of their own. */
export const TURNS = [
  { voice: 'es-419+f3', text: 'Buenos días, ¿en qué le ayudo?', channel: 0 },
  { voice: 'es-419+m3', text: 'Esta mierda de freno suena, carajo.', channel: 1 },
];
/** The same on one. */
export const MONO = TURNS.map(({ voice, text }) => ({ voice, text }));
export const CONFIG = { languageCode: 'es-US', enableAutomaticPunctuation: true };

export const recordedTalk = (
  voices: Voices,
  request: Partial<RecordingRequest> = {},
): Promise<Recording> => makeRecording(voices, { turns: MONO, ...request });

export interface Result {
  readonly alternatives: {
    readonly transcript?: string;
    readonly confidence?: number;
    readonly words?: {
      readonly word: string;
      readonly startTime?: string;
      readonly endTime?: string;
      readonly startOffset?: string;
      readonly confidence?: number;
      readonly speakerTag?: number;
      readonly speakerLabel?: string;
    }[];
  }[];
  readonly channelTag?: number;
  readonly languageCode: string;
}

export const textOf = (results: readonly Result[] = []): string =>
  results.map(({ alternatives }) => alternatives[0]!.transcript ?? '').join('');
