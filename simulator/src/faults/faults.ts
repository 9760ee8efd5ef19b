import { z } from 'zod';
import { healthyOpenAiRealtime, openAiRealtimeFaults } from './openai-realtime.ts';
import { healthyTwilio, twilioFaults } from './twilio.ts';

const milliseconds = z.number().nonnegative().max(3_600_000);
const count = z.number().int().min(0).max(1_000_000);

/** google.rpc.Code without OK. */
const grpcFailure = z.strictObject({
  code: z.number().int().min(1).max(16),
  message: z.string().min(1).optional(),
  /** Told over REST as google.rpc.RetryInfo. */
  retryAfterMs: milliseconds.optional(),
  /** How many requests fail so; then the service works again. */
  count: count.min(1),
});
/** So many answers over REST break off in the middle; then they are whole again. */
const cutOffNext = count;

const speech = z.strictObject({
  /** The next requests fail at their start. */
  failNext: grpcFailure.nullable(),
  /** Nothing is answered for this long after a request or stream began. */
  stallMs: milliseconds,
  /** A stream breaks with `endStreamCode` after this long; `null`: never. */
  endStreamAfterMs: milliseconds.nullable(),
  endStreamCode: z.number().int().min(1).max(16),
  /** Google's limit of a stream is 305 s. */
  streamLimitMs: milliseconds,
  /** A stream without audio for this long is ended. */
  audioTimeoutMs: milliseconds,
  /** From audio to an interim result. */
  interimDelayMs: milliseconds,
  /** From the end of speech to its final result: between the two, evenly. */
  finalDelayMinMs: milliseconds,
  finalDelayMaxMs: milliseconds,
  /** Seeds the delays. */
  seed: z.number().int(),
  /** Long-running recognition takes at least so long. */
  operationMs: milliseconds,
  cutOffNext,
});

const textToSpeech = z.strictObject({
  failNext: grpcFailure.nullable(),
  stallMs: milliseconds,
  /** From a whole sentence to its first audio. */
  firstByteDelayMs: milliseconds,
  /** Length of one chunk of streamed audio. */
  chunkMs: milliseconds.min(1),
  /** Between two chunks. */
  chunkIntervalMs: milliseconds,
  endStreamAfterMs: milliseconds.nullable(),
  endStreamCode: z.number().int().min(1).max(16),
  /** A stream without input for this long is aborted. */
  inputTimeoutMs: milliseconds,
  cutOffNext,
});

const gemini = z.strictObject({
  /** The next requests fail with this HTTP status. */
  failNext: z
    .strictObject({
      status: z.union([
        z.literal(400),
        z.literal(403),
        z.literal(404),
        z.literal(429),
        z.literal(500),
        z.literal(503),
        z.literal(504),
      ]),
      message: z.string().min(1).optional(),
      /** Told with 429. */
      retryAfterMs: milliseconds.optional(),
      count: count.min(1),
    })
    .nullable(),
  stallMs: milliseconds,
  firstTokenDelayMs: milliseconds,
  chunkIntervalMs: milliseconds,
  /** Streams break after this many chunks: the socket closes, or an error frame comes. */
  breakStreamAfterChunks: count.nullable(),
  breakStreamWith: z.enum(['socket-close', 'error-frame']),
  /**
   * What the model thinks before an answer, in tokens of the same limit; `null`: by its level of
   * thinking. It takes no time.
   */
  thoughtTokens: count.nullable(),
});

const settingsSchema = z.strictObject({
  speech,
  textToSpeech,
  gemini,
  twilio: twilioFaults,
  openAiRealtime: openAiRealtimeFaults,
});
/** What a test changes, a config begins with. */
export const faultChangesSchema = z.strictObject({
  speech: speech.partial().optional(),
  textToSpeech: textToSpeech.partial().optional(),
  gemini: gemini.partial().optional(),
  twilio: twilioFaults.partial().optional(),
  openAiRealtime: openAiRealtimeFaults.partial().optional(),
});

export type FaultSettings = z.infer<typeof settingsSchema>;
export type FaultChanges = z.input<typeof faultChangesSchema>;
export type FaultyService = keyof FaultSettings;

/** A healthy day: delays as Google's services show them, nothing broken. */
export const defaultFaultSettings = {
  speech: {
    failNext: null,
    stallMs: 0,
    endStreamAfterMs: null,
    endStreamCode: 14,
    streamLimitMs: 305_000,
    audioTimeoutMs: 10_000,
    interimDelayMs: 100,
    finalDelayMinMs: 300,
    finalDelayMaxMs: 600,
    seed: 1,
    operationMs: 500,
    cutOffNext: 0,
  },
  textToSpeech: {
    failNext: null,
    stallMs: 0,
    firstByteDelayMs: 120,
    chunkMs: 200,
    chunkIntervalMs: 20,
    endStreamAfterMs: null,
    endStreamCode: 14,
    inputTimeoutMs: 5_000,
    cutOffNext: 0,
  },
  gemini: {
    failNext: null,
    stallMs: 0,
    firstTokenDelayMs: 250,
    chunkIntervalMs: 30,
    breakStreamAfterChunks: null,
    breakStreamWith: 'socket-close',
    thoughtTokens: null,
  },
  twilio: healthyTwilio,
  openAiRealtime: healthyOpenAiRealtime,
} as const satisfies FaultSettings;

export interface Faults {
  /** As they are now. Read at use, never kept. */
  readonly current: Readonly<FaultSettings>;
  /**
   * Changes what is named and leaves the rest.
   * @throws z.ZodError for an unknown or impossible setting; nothing is changed then
   */
  set(changes: FaultChanges): void;
  reset(): void;
  /**
   * The failure that this request has to suffer, if any; it is used up by asking.
   * @param concerns whether the failure is meant for this request
   */
  takeFailure<S extends FaultyService>(
    service: S,
    concerns?: (failure: NonNullable<FaultSettings[S]['failNext']>) => boolean,
  ): FaultSettings[S]['failNext'];
  /** Whether this answer has to break off; it is used up by asking. */
  takeCutOff(service: 'speech' | 'textToSpeech'): boolean;
}

/** @throws z.ZodError for impossible settings */
export function createFaults(initial: FaultChanges = {}): Faults {
  let current: FaultSettings = structuredClone(defaultFaultSettings);

  function set(changes: FaultChanges): void {
    const valid = faultChangesSchema.parse(changes);
    const next = settingsSchema.parse({
      speech: { ...current.speech, ...valid.speech },
      textToSpeech: { ...current.textToSpeech, ...valid.textToSpeech },
      gemini: { ...current.gemini, ...valid.gemini },
      twilio: { ...current.twilio, ...valid.twilio },
      openAiRealtime: { ...current.openAiRealtime, ...valid.openAiRealtime },
    });
    if (next.speech.finalDelayMinMs > next.speech.finalDelayMaxMs) {
      throw new z.ZodError([
        {
          code: 'custom',
          path: ['speech', 'finalDelayMinMs'],
          message: 'finalDelayMinMs is above finalDelayMaxMs',
          input: next.speech.finalDelayMinMs,
        },
      ]);
    }
    current = next;
  }

  function takeFailure<S extends FaultyService>(
    service: S,
    concerns: (failure: NonNullable<FaultSettings[S]['failNext']>) => boolean = () => true,
  ): FaultSettings[S]['failNext'] {
    const settings: FaultSettings[S] = current[service];
    const failure: FaultSettings[S]['failNext'] = settings.failNext;
    if (failure === null || !concerns(failure)) return null;
    const left = failure.count - 1;
    settings.failNext = left === 0 ? null : { ...failure, count: left };
    return failure;
  }

  function takeCutOff(service: 'speech' | 'textToSpeech'): boolean {
    const settings: { cutOffNext: number } = current[service];
    if (settings.cutOffNext === 0) return false;
    settings.cutOffNext--;
    return true;
  }

  set(initial);
  return {
    get current() {
      return current;
    },
    set,
    reset() {
      current = structuredClone(defaultFaultSettings);
      set(initial);
    },
    takeFailure,
    takeCutOff,
  };
}
