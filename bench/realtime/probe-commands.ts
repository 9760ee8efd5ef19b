export interface MemoryReading {
  /** Resident memory, in bytes. */
  readonly residentBytes: number;
  /** What is in use after a garbage collection: the heap and what hangs on it. */
  readonly liveBytes: number;
}

export type ProbeCommands = {
  /** CPU time of all threads, in ms. */
  readonly cpu: { readonly request: undefined; readonly reply: number };
  /** After garbage collection. */
  readonly memory: { readonly request: undefined; readonly reply: MemoryReading };
  readonly startProfile: { readonly request: undefined; readonly reply: void };
  /** Writes it to this file. */
  readonly stopProfile: { readonly request: string; readonly reply: void };
};
