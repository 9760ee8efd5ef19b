import type { LoopDelay } from './loop-delay.ts';

export interface MemoryReading {
  /** Resident memory as it stands: with garbage, and with what V8 keeps for more of it, in bytes. */
  readonly standingBytes: number;
  /** Resident memory when garbage is collected, and its pages are given back, in bytes. */
  readonly residentBytes: number;
  /** What is in use after a garbage collection: the heap and what hangs on it. */
  readonly liveBytes: number;
}

/** CPU time since the process was started, in ms. */
export interface CpuReading {
  /** Of all threads. */
  readonly processMs: number;
  /** Of the thread that carries the audio. */
  readonly mainThreadMs: number;
}

export type ProbeCommands = {
  readonly cpu: { readonly request: undefined; readonly reply: CpuReading };
  /** After garbage collection. */
  readonly memory: { readonly request: undefined; readonly reply: MemoryReading };
  readonly startLoopDelay: { readonly request: undefined; readonly reply: void };
  /** Since it was started. */
  readonly stopLoopDelay: { readonly request: undefined; readonly reply: LoopDelay };
  readonly startProfile: { readonly request: undefined; readonly reply: void };
  /** Writes it to this file. */
  readonly stopProfile: { readonly request: string; readonly reply: void };
};
