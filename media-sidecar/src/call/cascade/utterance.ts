import { heardText } from '../heard-text.ts';

const MULAW_BYTES_PER_MS = 8;

/** One sentence of a reply: its words, its audio, and how much of it was heard. */
export interface Utterance {
  readonly text: string;
  /** Which step of the model it belongs to; undefined for a fixed phrase. */
  readonly step: number | undefined;
  /** The caller may not interrupt before its end. */
  readonly required: boolean;
  /** Kept until it was played: a stopped reply may go on. */
  chunks: Uint8Array[];
  audioBytes: number;
  synthesis: 'waiting' | 'running' | 'done' | 'failed';
  abort: AbortController | undefined;
  /** Item on the phone that plays it now; another one after each resumption. */
  itemId: string;
  itemsMade: number;
  /** Where in the audio the present item begins, in bytes. */
  itemStartBytes: number;
  /** Audio handed to the phone so far, counted from the beginning of the sentence, in bytes. */
  sentBytes: number;
  /** How many of `chunks` that were. */
  sentChunks: number;
  played: boolean;
  /** Its audio was given up before the end. */
  truncated: boolean;
  /** Heard when it was stopped, in ms from the beginning of the sentence. */
  stoppedAtMs: number | undefined;
}

export function newUtterance(
  itemId: string,
  text: string,
  step: number | undefined,
  required: boolean,
): Utterance {
  return {
    text,
    step,
    required,
    chunks: [],
    audioBytes: 0,
    synthesis: 'waiting',
    abort: undefined,
    itemId,
    itemsMade: 1,
    itemStartBytes: 0,
    sentBytes: 0,
    sentChunks: 0,
    played: false,
    truncated: false,
    stoppedAtMs: undefined,
  };
}

export function audioMsOf(utterance: Utterance): number {
  return utterance.audioBytes / MULAW_BYTES_PER_MS;
}

/** Speech of about this pace is assumed while a sentence's audio is incomplete, in ms a character. */
const MS_PER_CHARACTER = 60;

/** The words of it that were heard, given the ms that were. */
export function wordsHeard(utterance: Utterance, heardMs: number): string {
  if (utterance.played && !utterance.truncated) return utterance.text;
  return heardText(utterance.text, heardMs, expectedMsOf(utterance)).text;
}

function expectedMsOf(utterance: Utterance): number {
  if (utterance.synthesis === 'done' && !utterance.truncated) return audioMsOf(utterance);
  return Math.max(audioMsOf(utterance) + 100, utterance.text.length * MS_PER_CHARACTER);
}

/** Prepares what was not heard for being played again, from the word that was cut. */
export function rewind(utterance: Utterance, maxBackMs: number): void {
  const stoppedMs = utterance.stoppedAtMs ?? 0;
  const { cutMs } = heardText(utterance.text, stoppedMs, expectedMsOf(utterance));
  const fromMs = Math.min(stoppedMs, Math.max(cutMs, stoppedMs - maxBackMs));
  utterance.itemStartBytes = Math.floor(fromMs) * MULAW_BYTES_PER_MS;
  sendFrom(utterance, utterance.itemStartBytes);
  const base = utterance.itemId.split('~')[0] ?? utterance.itemId;
  utterance.itemId = `${base}~${utterance.itemsMade++}`;
}

/** Sets what is sent next, and cuts the chunk in which that lies. */
function sendFrom(utterance: Utterance, bytes: number): void {
  let at = 0;
  let index = 0;
  for (const chunk of utterance.chunks) {
    if (at + chunk.byteLength > bytes) {
      const cut = bytes - at;
      if (cut > 0) {
        utterance.chunks.splice(index, 1, chunk.subarray(0, cut), chunk.subarray(cut));
        index += 1;
      }
      break;
    }
    at += chunk.byteLength;
    index += 1;
  }
  utterance.sentBytes = bytes;
  utterance.sentChunks = index;
}

export function bytesToMs(bytes: number): number {
  return bytes / MULAW_BYTES_PER_MS;
}
