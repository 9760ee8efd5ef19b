import { once } from 'node:events';
import type { v1 } from '@google-cloud/speech';

/** Delays of no interest to a test. */
export const AT_ONCE = {
  speech: { interimDelayMs: 0, finalDelayMinMs: 0, finalDelayMaxMs: 0 },
} as const;

export interface Result {
  isFinal: boolean;
  stability: number;
  languageCode: string;
  alternatives: { transcript: string; confidence: number; words: unknown[] }[];
}
export interface SpeechResponse {
  results: Result[];
  speechEventType: string;
}

export type Stream = ReturnType<v1.SpeechClient['streamingRecognize']>;

/** A stream's audio, 20 ms a piece. */
export function frames(bytes: Uint8Array): Buffer[] {
  const count = Math.ceil(bytes.length / 160);
  return Array.from({ length: count }, (_, i) =>
    Buffer.from(bytes.subarray(i * 160, i * 160 + 160)),
  );
}

/** Collects what a stream answers until it ends. */
export function collect(stream: Stream): { responses: SpeechResponse[]; ended: Promise<void> } {
  const responses: SpeechResponse[] = [];
  stream.on('data', (response: SpeechResponse) => responses.push(response));
  return { responses, ended: once(stream, 'end').then(() => undefined) };
}

export async function errorOf(stream: Stream): Promise<{ code: number; details: string }> {
  const [error] = (await once(stream, 'error')) as [{ code: number; details: string }];
  return error;
}

export const finalsOf = (responses: SpeechResponse[]): string[] =>
  responses
    .flatMap(({ results }) => results)
    .filter(({ isFinal }) => isFinal)
    .map(({ alternatives }) => alternatives[0]!.transcript);
