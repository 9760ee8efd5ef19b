import { BYTES_PER_MS } from './agent-audio.ts';
import type { ModelReport, PhoneReport } from './reports.ts';
import type { Window } from './round.ts';

/** What the two ends of a bridge tell together. All in ms where not said otherwise. */
export interface Findings {
  /** A frame in which the caller speaks into the bridge's socket -> the same frame at the model. */
  readonly upMs: readonly number[];
  /** The same of frames in which nothing sounds. */
  readonly quietUpMs: readonly number[];
  /** A piece of audio at the model -> its first byte at the phone's socket. */
  readonly downMs: readonly number[];
  /** The model says that the caller speaks -> `clear` at the phone's socket. */
  readonly clearMs: readonly number[];
  /** Times that the caller spoke over the agent and no `clear` came. */
  readonly clearsMissing: number;
  /** `audio_end_ms` less what was truly played of the item. */
  readonly truncationErrorsMs: readonly number[];
  /** Interruptions after which nothing was truncated. */
  readonly truncationsMissing: number;
  readonly truncationsRefused: number;
  readonly framesSent: number;
  readonly framesLost: number;
  readonly framesOutOfOrder: number;
  readonly framesDoubled: number;
  readonly misplacedBytes: number;
  readonly failures: readonly string[];
}

/** What is so near to the end of a measurement has not had its time. */
const MARGIN_MS = 1500;

export function findingsOf(
  phones: readonly PhoneReport[],
  sessions: readonly ModelReport[],
  window: Window,
): Findings {
  const all = phones.map((phone) =>
    findingsOfCall(
      phone,
      sessions.filter((session) => session.phone === phone.phone),
      window,
    ),
  );
  return joinFindings(all);
}

export function joinFindings(all: readonly Findings[]): Findings {
  const sum = (of: (each: Findings) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    upMs: all.flatMap((each) => each.upMs),
    quietUpMs: all.flatMap((each) => each.quietUpMs),
    downMs: all.flatMap((each) => each.downMs),
    clearMs: all.flatMap((each) => each.clearMs),
    clearsMissing: sum((each) => each.clearsMissing),
    truncationErrorsMs: all.flatMap((each) => each.truncationErrorsMs),
    truncationsMissing: sum((each) => each.truncationsMissing),
    truncationsRefused: sum((each) => each.truncationsRefused),
    framesSent: sum((each) => each.framesSent),
    framesLost: sum((each) => each.framesLost),
    framesOutOfOrder: sum((each) => each.framesOutOfOrder),
    framesDoubled: sum((each) => each.framesDoubled),
    misplacedBytes: sum((each) => each.misplacedBytes),
    failures: all.flatMap((each) => each.failures),
  };
}

function findingsOfCall(
  phone: PhoneReport,
  sessions: readonly ModelReport[],
  window: Window,
): Findings {
  const frames = framesOf(phone, sessions, window);
  const interruptions = interruptionsOf(phone, sessions, window);
  const truncations = truncationsOf(phone, sessions, window);
  return {
    ...frames,
    ...truncations,
    downMs: sessions.flatMap((session) => arrivals(session.deltas, phone.chunks, window)),
    clearMs: interruptions.clearMs,
    clearsMissing: interruptions.missing,
    framesOutOfOrder: sum(sessions.map(({ outOfOrder }) => outOfOrder)),
    framesDoubled: sum(sessions.map(({ doubled }) => doubled)),
    misplacedBytes: phone.misplacedBytes,
    failures: phone.failures,
  };
}

function framesOf(phone: PhoneReport, sessions: readonly ModelReport[], { fromMs, toMs }: Window) {
  const upMs: number[] = [];
  const quietUpMs: number[] = [];
  let framesSent = 0;
  let framesLost = 0;
  phone.sentAtMs.forEach((sentMs, frame) => {
    if (!(sentMs <= toMs - MARGIN_MS)) return;
    framesSent += 1;
    const receivedMs = sessions
      .map(({ receivedAtMs }) => receivedAtMs[frame])
      .find((atMs) => atMs !== undefined && !Number.isNaN(atMs));
    if (receivedMs === undefined) framesLost += 1;
    else if (sentMs >= fromMs) {
      const took = phone.spoken[frame] === 1 ? upMs : quietUpMs;
      took.push(receivedMs - sentMs);
    }
  });
  return { upMs, quietUpMs, framesSent, framesLost };
}

/** Of each piece of audio whose first byte came to the phone: how long it took. */
function arrivals(deltas: Float64Array, chunks: Float64Array, { fromMs, toMs }: Window): number[] {
  const ofItem = new Map<number, { startByte: number; endByte: number; atMs: number }[]>();
  for (let at = 0; at < chunks.length; at += 4) {
    const [item = 0, startByte = 0, bytes = 0, atMs = 0] = chunks.subarray(at, at + 4);
    const known = ofItem.get(item);
    const chunk = { startByte, endByte: startByte + bytes, atMs };
    if (known) known.push(chunk);
    else ofItem.set(item, [chunk]);
  }
  const took: number[] = [];
  for (let at = 0; at < deltas.length; at += 3) {
    const [item = 0, byte = 0, sentMs = 0] = deltas.subarray(at, at + 3);
    if (sentMs < fromMs || sentMs > toMs) continue;
    const chunk = ofItem.get(item)?.find((each) => each.startByte <= byte && byte < each.endByte);
    if (chunk) took.push(chunk.atMs - sentMs);
  }
  return took;
}

function interruptionsOf(
  phone: PhoneReport,
  sessions: readonly ModelReport[],
  { fromMs, toMs }: Window,
) {
  const speechStarts = sessions.flatMap((session) => session.speechStartedAtMs);
  const clearMs: number[] = [];
  let missing = 0;
  phone.interruptions.forEach(({ atMs }, index) => {
    if (atMs < fromMs || atMs > toMs - MARGIN_MS) return;
    const untilMs = Math.min(atMs + MARGIN_MS, phone.interruptions[index + 1]?.atMs ?? toMs);
    const within = (each: number) => each >= atMs && each <= untilMs;
    const noticedMs = speechStarts.find(within);
    const clearedMs = phone.clearsAtMs.find(within);
    if (noticedMs === undefined || clearedMs === undefined) missing += 1;
    else clearMs.push(clearedMs - noticedMs);
  });
  return { clearMs, missing };
}

function truncationsOf(
  phone: PhoneReport,
  sessions: readonly ModelReport[],
  { fromMs, toMs }: Window,
) {
  const heardBytes = new Map(phone.heardBytes);
  const late = phone.interruptions.filter(({ atMs }) => atMs > toMs - MARGIN_MS);
  // The call may have ended before a clear took effect.
  const told = sessions
    .flatMap(({ truncations }) => truncations)
    .filter(({ item }) => !late.some((each) => each.item === item));
  const taken = told.filter(({ refused }) => !refused);
  const awaited = phone.interruptions.filter(
    ({ atMs }) => atMs >= fromMs && atMs <= toMs - MARGIN_MS,
  );
  return {
    truncationErrorsMs: taken.map(
      ({ item, audioEndMs }) => audioEndMs - (heardBytes.get(item) ?? 0) / BYTES_PER_MS,
    ),
    truncationsMissing: awaited.filter(({ item }) => !taken.some((each) => each.item === item))
      .length,
    truncationsRefused: told.length - taken.length,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
