import type { LoadFigures } from '../load-figures.ts';
import { figuresOf } from '../load-figures.ts';
import type { LoadRound } from '../load-round.ts';
import type { BridgeName } from '../options.ts';

/** A round of 10 s in which each caller spoke for one frame, which took 3 ms, and heard nothing. */
export function loadRound(calls: number, different: Partial<LoadRound> = {}): LoadRound {
  return {
    calls,
    window: { fromMs: 0, toMs: 10_000 },
    bridgeCpuMs: 1000,
    mainThreadCpuMs: 800,
    loadCpuMs: 2000,
    modelCpuMs: 500,
    loopDelay: { p50Ms: 0.2, p95Ms: 1, p99Ms: 2 },
    pace: { frames: calls, p95Ms: 1, lateShare: 0 },
    phones: Array.from({ length: calls }, (_, phone) => ({
      phone,
      sentAtMs: Float64Array.of(100),
      spoken: Uint8Array.of(1),
      chunks: new Float64Array(),
      clearsAtMs: [],
      interruptions: [],
      heardBytes: [],
      misplacedBytes: 0,
      failures: [],
    })),
    sessions: sessionsOf(calls, 3),
    ...different,
  };
}

/** The model's side of it. @param upMs what each frame took */
export function sessionsOf(calls: number, upMs: number): LoadRound['sessions'] {
  return Array.from({ length: calls }, (_, phone) => ({
    phone,
    receivedAtMs: Float64Array.of(100 + upMs),
    outOfOrder: 0,
    doubled: 0,
    deltas: new Float64Array(),
    speechStartedAtMs: [],
    truncations: [],
    answers: 0,
    errors: [],
  }));
}

/** Figures of one such round. */
export function loadFigures(
  bridge: BridgeName,
  calls: number,
  different: Partial<LoadRound> = {},
): LoadFigures {
  return figuresOf(bridge, [loadRound(calls, different)]);
}
