import { agentAudio, BYTES_PER_MS } from './agent-audio.ts';

/** An answer, made once and sent to every session. */
export interface CannedAnswer {
  readonly durationMs: number;
  /** µ-law as base64, piece by piece. */
  readonly deltas: readonly string[];
  readonly deltaBytes: number;
}

/** Answers are the same in all sessions, so that nothing has to be encoded while calls go on. */
export class CannedAnswers {
  readonly #answers = new Map<string, CannedAnswer>();

  /** @param item which answer of its session, from 0 */
  answer(item: number, deltaMs: number, durationMs: number): CannedAnswer {
    const key = `${item}/${deltaMs}/${durationMs}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const audio = agentAudio(item, durationMs);
    const deltaBytes = deltaMs * BYTES_PER_MS;
    const deltas: string[] = [];
    for (let at = 0; at < audio.length; at += deltaBytes) {
      deltas.push(audio.subarray(at, at + deltaBytes).toString('base64'));
    }
    const made = { durationMs, deltas, deltaBytes };
    this.#answers.set(key, made);
    return made;
  }
}
