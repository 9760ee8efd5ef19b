import type { Certificate } from '../playground/tls-front.ts';

/** Messages between the benchmark and the process in which the simulator runs. */
export type ToSimulator =
  | { readonly type: 'start'; readonly options: SimulatorSettings }
  | {
      readonly type: 'round';
      readonly calls: number;
      readonly spacingMs: number;
      readonly timeoutMs: number;
    }
  | { readonly type: 'stop' };

export type FromSimulator =
  | { readonly type: 'ready'; readonly url: string; readonly grpcAddress: string }
  | {
      readonly type: 'reports';
      readonly reports: readonly CallReport[];
      /** Worst event-loop delay of the simulator in each second of the round, in ms. */
      readonly lagsMs: readonly number[];
    }
  | { readonly type: 'failed'; readonly message: string };

export interface SimulatorSettings {
  readonly certificate: Certificate;
  readonly accountSid: string;
  readonly authToken: string;
  readonly phoneNumber: string;
  readonly voiceUrl: string;
  readonly googleApiKey: string;
  readonly geminiApiKey: string;
  readonly controlKey: string;
}

/** One call, as its telephone saw it. */
export interface CallReport {
  readonly callSid: string;
  /** From the end of each question to the beginning of its answer, in ms. */
  readonly answeredAfterMs: readonly number[];
  /** From the beginning of an interruption until the agent's queued speech was cleared, in ms. */
  readonly clearedAfterMs: readonly number[];
  /** Times the agent's audio ran dry in mid-speech. */
  readonly underruns: number;
  readonly failures: readonly string[];
}
