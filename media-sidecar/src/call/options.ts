import { turnOptions, type TurnOptions } from '../turn/options.ts';

export interface CallOptions {
  /** How turns are taken in a language (BCP-47). */
  readonly turnFor: (language: string) => TurnOptions;
  /**
   * Steps of the model in one answer, each of which may call tools; the last one may not.
   * @defaultValue 4
   */
  readonly maxModelSteps: number;
  /**
   * Longest wait for the first event of a model's step, in ms.
   * @defaultValue 8000
   */
  readonly modelFirstEventMs: number;
  /**
   * Longest pause between two events of a model, in ms.
   * @defaultValue 5000
   */
  readonly modelStallMs: number;
  /**
   * Longest wait for the first audio of a sentence, in ms.
   * @defaultValue 4000
   */
  readonly voiceFirstByteMs: number;
  /**
   * Longest pause between two pieces of a sentence's audio, in ms.
   * @defaultValue 4000
   */
  readonly voiceStallMs: number;
  /**
   * Sentences that are turned into speech at the same time.
   * @defaultValue 2
   */
  readonly parallelSentences: number;
  /**
   * Audio prepared beyond what the caller has heard, above which no new sentence is begun, in ms.
   * @defaultValue 12000
   */
  readonly maxAheadMs: number;
  /**
   * Lets a prepared answer be turned into speech before its turn has ended.
   * @defaultValue false (it costs money for what is often thrown away)
   */
  readonly preemptiveVoice: boolean;
  /**
   * A resumed answer begins with the word that was cut, but never further back than this, in ms.
   * @defaultValue 1000
   */
  readonly resumeBackMs: number;
  /**
   * Most tokens of one step of the model, thoughts included: far above a spoken answer, whose length is
   * up to the prompt.
   * @defaultValue 2048
   */
  readonly maxOutputTokens: number;
}

export const defaultCallOptions = {
  turnFor: (language) => turnOptions(language),
  maxModelSteps: 4,
  modelFirstEventMs: 8000,
  modelStallMs: 5000,
  voiceFirstByteMs: 4000,
  voiceStallMs: 4000,
  parallelSentences: 2,
  maxAheadMs: 12_000,
  preemptiveVoice: false,
  resumeBackMs: 1000,
  maxOutputTokens: 2048,
} as const satisfies CallOptions;

export interface RegistryOptions {
  /**
   * Calls at the same time.
   * @defaultValue 200
   */
  readonly maxCalls: number;
  /**
   * How long it is remembered how a call ended, for Twilio's `action` request, in ms.
   * @defaultValue 300000
   */
  readonly rememberEndMs: number;
}

export const defaultRegistryOptions = {
  maxCalls: 200,
  rememberEndMs: 300_000,
} as const satisfies RegistryOptions;
