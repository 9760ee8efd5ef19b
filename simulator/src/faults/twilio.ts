import { z } from 'zod';

const milliseconds = z.number().nonnegative().max(3_600_000);

/** What may go wrong with Twilio's REST API; `null` and 0 are health. */
export const twilioFaults = z.strictObject({
  /** The next requests fail; those that do not match are left alone. */
  failNext: z
    .strictObject({
      /**
       * `error` is Twilio's JSON, `html` the page of a proxy before it. `cut` carries the request
       * out and breaks the connection in the middle of the answer; `closed` does so before one byte.
       */
      as: z.enum(['error', 'html', 'cut', 'closed']).default('error'),
      /** Not used by `cut` and `closed`. */
      status: z
        .union([
          z.literal(400),
          z.literal(401),
          z.literal(403),
          z.literal(404),
          z.literal(429),
          z.literal(500),
          z.literal(502),
          z.literal(503),
          z.literal(504),
        ])
        .default(503),
      /** Of Twilio's error dictionary. @defaultValue the one of the status */
      code: z.number().int().positive().optional(),
      /** The header `Retry-After`, in seconds; absent where this is. */
      retryAfterSeconds: z.number().int().nonnegative().optional(),
      /** Only paths with this in them, as `/Calls`. */
      path: z.string().min(1).optional(),
      method: z.enum(['GET', 'POST', 'DELETE']).optional(),
      /** How many requests fail so; then the service works again. */
      count: z.number().int().min(1).max(1_000_000),
    })
    .nullable(),
  /** Nothing is answered for this long. */
  stallMs: milliseconds,
  /** From the end of a recording to its file. */
  recordingProcessingMs: milliseconds,
});

export type TwilioFaults = z.infer<typeof twilioFaults>;

export const healthyTwilio = {
  failNext: null,
  stallMs: 0,
  recordingProcessingMs: 0,
} as const satisfies TwilioFaults;
