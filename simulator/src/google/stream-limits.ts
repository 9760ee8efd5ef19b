import { GoogleError } from './google-error.ts';

interface StreamLimits {
  /** However long a fault would let it be. */
  readonly longestMs: number;
  /** @param limitMs after which it was ended */
  readonly tooLong: (limitMs: number) => GoogleError;
  readonly noAudio: () => GoogleError;
}

/**
 * How each version ends a stream of its own accord. v2: GoogleCloudPlatform/python-docs-samples issue
 * 11596; pipecat-ai/pipecat issue 2180 and googleapis/google-cloud-go issue 11970.
 */
export const STREAM_LIMITS: Readonly<Record<'v1' | 'v2', StreamLimits>> = {
  v1: {
    longestMs: 305_000,
    tooLong: (limitMs) => {
      const seconds = Math.round(limitMs / 1_000);
      return new GoogleError(
        'OUT_OF_RANGE',
        `Exceeded maximum allowed stream duration of ${seconds} seconds.`,
      );
    },
    noAudio: () =>
      new GoogleError(
        'OUT_OF_RANGE',
        'Audio Timeout Error: Long duration elapsed without audio. Audio should be sent close to real time.',
      ),
  },
  v2: {
    longestMs: 300_000,
    tooLong: () => new GoogleError('ABORTED', 'Max duration of 5 minutes reached for stream.'),
    noAudio: () =>
      new GoogleError('ABORTED', 'Stream timed out after receiving no more client requests.'),
  },
};
