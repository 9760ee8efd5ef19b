import { encodeMulaw, MULAW_SILENCE } from '../audio/mulaw.ts';

const AMPLITUDE = 6000;

/** A sum of sines at 8,000 Hz as µ-law; no frequencies make silence. */
export function tone(frequenciesHz: readonly number[], durationMs: number): Uint8Array {
  const samples = Math.round(durationMs * 8);
  if (frequenciesHz.length === 0) return new Uint8Array(samples).fill(MULAW_SILENCE);
  const pcm = new Int16Array(samples);
  for (let i = 0; i < samples; i++) {
    let value = 0;
    for (const hz of frequenciesHz) value += Math.sin((2 * Math.PI * hz * i) / 8000);
    pcm[i] = Math.round((AMPLITUDE * value) / frequenciesHz.length);
  }
  return encodeMulaw(pcm);
}

const rows = [697, 770, 852, 941] as const;
const columns = [1209, 1336, 1477] as const;
const keys = ['123', '456', '789', '*0#'] as const;

/** Whether a string has only keys of a telephone. */
export function isKeys(text: string): boolean {
  return /^[0-9*#]+$/.test(text);
}

/** The two tones of a key (ITU-T Q.23), 100 ms, with a pause of 100 ms behind. `w` is 500 ms of silence. */
export function keyTones(digits: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const digit of digits) {
    if (digit === 'w' || digit === 'W') {
      parts.push(tone([], 500));
      continue;
    }
    const row = keys.findIndex((line) => line.includes(digit));
    if (row < 0) throw new RangeError('a key must be one of 0-9, *, # or w');
    const column = (keys[row] as string).indexOf(digit);
    parts.push(tone([rows[row] as number, columns[column] as number], 100), tone([], 100));
  }
  return Buffer.concat(parts);
}

/** What a caller hears while the other telephone rings: 2 s on, 4 s off. */
export const ringback: Uint8Array = Buffer.concat([tone([440, 480], 2000), tone([], 4000)]);

/** Pitch of Twilio's beep before a recording. */
export const BEEP_HZ = 1000;

/** Twilio's beep before a recording. */
export const beep: Uint8Array = tone([BEEP_HZ], 400);

/** Somebody has come into a conference, or has left it. */
export const conferenceBeep: Uint8Array = tone([1400], 200);

/** What somebody on hold hears: a quiet tune that repeats. */
export const holdMusic: Uint8Array = Buffer.concat(
  [523, 659, 784, 659, 587, 698, 880, 698].map((hz) => tone([hz, hz / 2], 400)),
);
