import type { RealtimeOptions } from '../realtime/options.ts';

/** What is different where model and caller are connected without us. */
export const sipRealtimeOptions = {
  // There is no other session that the call could be moved to.
  movesSessions: false,
  // A lost control is attached again by `SipSession`; one that does not come about is given up. Time for
  // two attempts, of which the provider refuses the first after 5.5 s, or never answers it (7 s).
  readyWithinMs: 10_000,
  // A model that does not answer is asked once more, over another control.
  reconnectDelaysMs: [0],
  // No other voice says what the model is late with, and what it says late is heard all the same.
  audibleWithinMs: 5000,
} as const satisfies Partial<RealtimeOptions>;
