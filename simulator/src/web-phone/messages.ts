import { z } from 'zod';
import type { Turn } from './conversation.ts';

/** What the page may choose from; each is an espeak-ng voice with a name for people. */
export const CALLER_VOICES = [
  { id: 'es-419+f3', name: 'Woman, Latin America' },
  { id: 'es-419', name: 'Man, Latin America' },
  { id: 'es+f2', name: 'Woman, Spain' },
  { id: 'es', name: 'Man, Spain' },
] as const;

/** Longest text of one utterance, in characters: about 40 s of speech. */
export const MAX_TEXT_LENGTH = 500;
/** Largest message of the page: the longest text, each character escaped, and its envelope. */
export const MAX_MESSAGE_SIZE_BYTES = 4096;

const voice = z.enum(CALLER_VOICES.map(({ id }) => id));
const e164 = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in international form, such as +56221234567');

/** Messages of the page. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dial'), from: e164, to: e164 }),
  z.strictObject({
    type: z.literal('say'),
    voice,
    text: z
      .string()
      .trim()
      .min(1)
      .max(MAX_TEXT_LENGTH)
      .regex(/[\p{L}\p{N}]/u, 'must hold something that can be said'),
  }),
  z.strictObject({ type: z.literal('stop-talking') }),
  z.strictObject({ type: z.literal('press'), digits: z.string().regex(/^[0-9*#]{1,32}$/) }),
  z.strictObject({ type: z.literal('hang-up') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

export interface PhoneNumber {
  readonly phoneNumber: string;
  readonly friendlyName: string;
}

/** Messages to the page; audio goes beside them as binary messages, see `AudioKind`. */
export type ServerMessage =
  | {
      readonly type: 'ready';
      readonly numbers: readonly PhoneNumber[];
      readonly voices: typeof CALLER_VOICES;
      readonly maxTextLength: number;
    }
  | ({ readonly type: 'call' } & CallState)
  | { readonly type: 'turn'; readonly turn: Turn }
  | { readonly type: 'own-voice-stopped' }
  | { readonly type: 'error'; readonly code: PhoneErrorCode; readonly message: string };

export interface CallState {
  readonly state: 'dialing' | 'ringing' | 'answered' | 'ended';
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly ending?: EndingInWords;
}

export interface EndingInWords {
  readonly status: string;
  readonly endedBy: string;
  readonly errorCode?: number;
  /** A few words: "The other side hung up". */
  readonly title: string;
  /** What the error code means and where to look; empty for an ordinary ending. */
  readonly detail: string;
}

export type PhoneErrorCode =
  | 'malformed-message'
  | 'invalid-message'
  | 'too-many-messages'
  | 'call-in-progress'
  | 'no-call'
  | 'not-answered'
  | 'too-much-to-say'
  | 'voice-failed'
  | 'dial-failed';

/** First byte of a binary message; the rest is µ-law at 8,000 Hz. */
export const AudioKind = { earpiece: 0, ownVoice: 1 } as const;
export type AudioKind = (typeof AudioKind)[keyof typeof AudioKind];
