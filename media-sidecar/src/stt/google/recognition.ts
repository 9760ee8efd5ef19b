import { z } from 'zod';

/** A result of either version of the API, in one form. */
export interface RecognitionResult {
  readonly text: string;
  readonly isFinal: boolean;
  readonly stability: number;
  readonly confidence: number | undefined;
  /** Ms since the beginning of this recognition; undefined when it was not told. */
  readonly endMs: number | undefined;
  readonly languageCode: string | undefined;
}

/** One call of StreamingRecognize, whichever version. */
export interface Recognition {
  /** @param mulaw at most 15,000 bytes (v2; v1 takes 25,000) */
  write(mulaw: Uint8Array): void;
  /** No more audio follows: the server reports the rest, and ends it. */
  end(): void;
  /** Cancels it; nothing is reported any more. Idempotent. */
  cancel(): void;
}

export interface RecognitionListener {
  onResults(results: readonly RecognitionResult[]): void;
  /** The vendor's own error. Nothing follows. */
  onError(error: unknown): void;
  /** The server ended it without an error. Nothing follows. */
  onEnd(): void;
}

export type OpenRecognition = (languageCode: string, listener: RecognitionListener) => Recognition;

/** Protobuf's 64-bit numbers come as strings or Long objects, which both turn into numbers. */
const seconds = z.unknown().transform((value) => Number(value ?? 0));
const duration = z
  .object({ seconds: seconds.optional(), nanos: z.number().nullish() })
  .transform(({ seconds: whole = 0, nanos }) => whole * 1000 + (nanos ?? 0) / 1e6);

const response = z.object({
  results: z
    .array(
      z.object({
        alternatives: z
          .array(z.object({ transcript: z.string().nullish(), confidence: z.number().nullish() }))
          .nullish(),
        isFinal: z.boolean().nullish(),
        stability: z.number().nullish(),
        resultEndTime: duration.nullish(),
        resultEndOffset: duration.nullish(),
        languageCode: z.string().nullish(),
      }),
    )
    .nullish(),
});

/** Undefined when the response is not one. Events without results give none. */
export function parseResults(raw: unknown): readonly RecognitionResult[] | undefined {
  const parsed = response.safeParse(raw);
  if (!parsed.success) return undefined;
  return (parsed.data.results ?? []).map((result) => {
    const best = result.alternatives?.[0];
    return {
      text: (best?.transcript ?? '').trim(),
      isFinal: result.isFinal ?? false,
      stability: result.stability ?? 0,
      confidence: best?.confidence || undefined,
      endMs: result.resultEndTime ?? result.resultEndOffset ?? undefined,
      languageCode: result.languageCode || undefined,
    };
  });
}
