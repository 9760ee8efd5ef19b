import type { ModelOptions } from './model-options.ts';
import type { ModelReport } from './reports.ts';

export type ModelCommands = {
  /** @returns its origin */
  readonly listen: { readonly request: undefined; readonly reply: string };
  readonly configure: {
    readonly request: {
      readonly options: ModelOptions;
      /** What a handshake takes, in ms. */
      readonly connectDelayMs: number;
    };
    readonly reply: void;
  };
  /** Of all sessions since the last time. */
  readonly reports: { readonly request: undefined; readonly reply: ModelReport[] };
  /** CPU time of the process, in ms. */
  readonly cpu: { readonly request: undefined; readonly reply: number };
};
