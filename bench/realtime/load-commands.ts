import type { CallerScriptOptions } from './caller-script.ts';
import type { LineConditions } from './delay-line.ts';
import type { CallAddress, PhoneReport } from './reports.ts';

/** How well the phones kept their own time. */
export interface Pace {
  readonly frames: number;
  /** How late frames were sent, in ms. */
  readonly p95Ms: number;
  /** Share of the frames that were more than 20 ms late. */
  readonly lateShare: number;
}

export type LoadCommands = {
  readonly start: {
    readonly request: {
      readonly calls: readonly CallAddress[];
      readonly script: CallerScriptOptions;
      readonly network: LineConditions;
      /** Between the beginnings of two calls, in ms. */
      readonly spacingMs: number;
    };
    readonly reply: void;
  };
  /** How many calls have sent audio. */
  readonly open: { readonly request: undefined; readonly reply: number };
  /** What was measured so far does not count. */
  readonly reset: { readonly request: undefined; readonly reply: void };
  readonly pace: { readonly request: undefined; readonly reply: Pace };
  readonly stop: { readonly request: undefined; readonly reply: PhoneReport[] };
  /** CPU time of the process, in ms. */
  readonly cpu: { readonly request: undefined; readonly reply: number };
};
