import type { SessionRefusal } from '../ports.ts';

/** The side of a call: `inbound` is the party whose call it is, `outbound` what that party hears. */
export type Track = 'inbound' | 'outbound';

/** Trades the single-use token of a `<Parameter>` for the transcription it was issued for. */
export interface TranscriptionGate {
  /** Atomically marks the token as used. Any replica can claim what any other has issued. */
  claim(request: TranscriptionClaim): Promise<ClaimedTranscription | TranscriptionRefusal>;
}

export interface TranscriptionClaim {
  readonly transcriptionId: string;
  readonly token: string;
  readonly callSid: string;
  readonly streamSid: string;
  /** What the stream carries. */
  readonly tracks: readonly Track[];
}

export interface TranscriptionRefusal {
  readonly refused: SessionRefusal['refused'] | 'wrong-tracks' | 'stopped';
}

export interface ClaimedTranscription {
  readonly transcriptionId: string;
  readonly tenantId: string;
  readonly callSid: string;
  /** BCP-47 */
  readonly language: string;
  readonly tracks: readonly Track[];
  /** What is likely to be said. */
  readonly phrases: readonly string[];
}

/** Writes transcriptions down. Every method returns at once; writes happen in order. */
export interface TranscriptionRecorder {
  started(about: TranscriptionReference & { readonly startedAtMs: number }): void;
  utterance(utterance: UtteranceRecord): void;
  ended(ending: TranscriptionEnding): void;
}

export interface TranscriptionReference {
  readonly transcriptionId: string;
  readonly tenantId: string;
}

export interface UtteranceRecord extends TranscriptionReference {
  /** Counts from 0, in the order in which utterances became final. */
  readonly index: number;
  readonly track: Track;
  readonly text: string;
  /** 0 to 1 */
  readonly confidence?: number;
  /** Since the start of the stream, in ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly languageCode: string;
  /** All that there were so far. */
  readonly gaps: readonly TranscriptionGap[];
}

/** A time of which nothing was written down. */
export interface TranscriptionGap {
  readonly track: Track;
  /** Since the start of the stream, in ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** `audio`: it did not arrive; `recognition`: it could not be recognised. */
  readonly reason: 'audio' | 'recognition';
}

export type TranscriptionEndReason =
  | 'stream-stopped'
  | 'stopped'
  | 'connection-lost'
  | 'drained'
  | 'never-started'
  | 'recognition-failed';

export interface TranscriptionEnding extends TranscriptionReference {
  readonly endedAtMs: number;
  readonly reason: TranscriptionEndReason;
  /** Why recognition failed. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly gaps: readonly TranscriptionGap[];
}
