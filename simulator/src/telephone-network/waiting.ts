import { FRAME_MS } from './line-audio.ts';
import type { Beat } from './ticker.ts';

/**
 * Waits in the time of the network, which stands still when the process does.
 * @returns false when the signal ended the wait
 */
export function waitMs(beat: Beat, ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    let left = Math.ceil(ms / FRAME_MS);
    const member = {
      tick: () => {
        if (--left > 0) return;
        done(true);
      },
    };
    const onAbort = (): void => done(false);
    const done = (elapsed: boolean): void => {
      beat.delete(member);
      signal?.removeEventListener('abort', onAbort);
      resolve(elapsed);
    };
    beat.add(member);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
