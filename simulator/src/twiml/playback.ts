import { FrameQueue } from '../telephone-network/frame-queue.ts';
import type { FrameSource, Line } from '../telephone-network/line.ts';

/**
 * Plays audio into a telephone.
 * @returns whether it was played to its end
 */
export function playAudio(line: Line, mulaw: Uint8Array, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted || line.state === 'ended') return resolve(false);
    const queue = new FrameQueue();
    queue.push(mulaw);
    const source: FrameSource = {
      pull: () => {
        const frame = queue.pull();
        // One frame after the last: the last one has been heard.
        if (frame === null) done(true);
        return frame;
      },
    };
    const onAbort = (): void => done(false);
    const done = (complete: boolean): void => {
      if (line.source === source) line.source = null;
      signal.removeEventListener('abort', onAbort);
      resolve(complete);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    line.source = source;
  });
}

/** Plays the same audio over and over, until stopped. */
export function playLoop(line: Line, mulaw: Uint8Array): () => void {
  const queue = new FrameQueue();
  const source: FrameSource = {
    pull: () => {
      if (queue.lengthBytes === 0) queue.push(mulaw);
      return queue.pull();
    },
  };
  line.source = source;
  return () => {
    if (line.source === source) line.source = null;
  };
}

/** Joins two lines: each hears what the other says, and is told its keys. */
export function bridge(a: Line, b: Line): () => void {
  const stops = [connect(a, b), connect(b, a)];
  return () => {
    for (const stop of stops) stop();
  };
}

function connect(from: Line, to: Line): () => void {
  const queue = new FrameQueue();
  const source: FrameSource = { pull: () => queue.pull() };
  const unlisten = from.listen({
    frame: (mulaw) => queue.push(mulaw),
    digit: (digit) => to.tellDigit(digit),
  });
  to.source = source;
  return () => {
    unlisten();
    if (to.source === source) to.source = null;
  };
}
