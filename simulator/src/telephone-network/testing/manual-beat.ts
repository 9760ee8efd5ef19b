import { FRAME_MS } from '../line-audio.ts';
import type { Beat, Ticking } from '../ticker.ts';

/** A beat that only moves when a test says so. */
export class ManualBeat implements Beat {
  readonly members = new Set<Ticking>();

  add(member: Ticking): void {
    this.members.add(member);
  }

  delete(member: Ticking): void {
    this.members.delete(member);
  }

  /** Moves time on by so many ms, rounded up to whole frames. */
  advance(ms: number): void {
    for (let ticks = Math.ceil(ms / FRAME_MS); ticks > 0; ticks--)
      for (const member of [...this.members]) member.tick();
  }
}
