import { z } from 'zod';

const milliseconds = z.number().nonnegative().max(3_600_000);
const count = z.number().int().min(0).max(1_000_000);

/**
 * Places in a conversation at which a socket may die: once the client has `session.created`;
 * `session.updated`, or the end of a response that called no function; `speech_started`;
 * `response.created`; the first delta of audio; the second; `output_audio.done`; the end of a response
 * that called functions. A control socket of a SIP call, which gets no audio, counts from
 * `output_audio_buffer.started` and by the transcript.
 */
export const REALTIME_PHASES = [
  'connected',
  'idle',
  'caller-speaking',
  'thinking',
  'first-audio',
  'mid-audio',
  'all-audio-sent',
  'tool-running',
] as const;

export type RealtimePhase = (typeof REALTIME_PHASES)[number];

/** Answers without voices or ears, for benchmarks. */
const cannedAnswers = z.strictObject({
  /** Length of each answer. */
  answerMs: milliseconds.min(20).max(250_000).default(4000),
  /** Audio in one delta; the `deltaMs` beside it is of spoken answers. */
  deltaMs: z.number().int().min(20).max(10_000).default(400),
  /** Every delta in one go. */
  allAtOnce: z.boolean().default(false),
  /** Otherwise: so many times as fast as it is played. */
  realTimeFactor: z.number().positive().max(1000).default(10),
});

export type CannedAnswers = z.infer<typeof cannedAnswers>;

/** Pace and failures of OpenAI's Realtime API over WebSocket; `null` and 0 are health. */
export const openAiRealtimeFaults = z.strictObject({
  /** The next connections are refused with this HTTP status. */
  failNext: z
    .strictObject({
      status: z.union([
        z.literal(401),
        z.literal(403),
        z.literal(404),
        z.literal(429),
        z.literal(500),
        z.literal(503),
      ]),
      retryAfterMs: milliseconds.optional(),
      count: count.min(1),
    })
    .nullable(),
  /** Further sessions over WebSocket are refused with 429. */
  maxSessions: count.nullable(),
  /** So many SIP calls are accepted without a reply: the connection breaks before its first byte. */
  dropAccepts: count,
  /** So many requests to hang up a SIP call are answered with 503; the call goes on. */
  failHangUps: count,
  /**
   * From a request about a SIP call that never was, or is over, to its 404: `accept`, `reject`, `refer`,
   * `hangup`, and the upgrade of a control socket. OpenAI takes 5.2 to 5.5 s for the first and the last:
   * https://community.openai.com/t/1394315, https://community.openai.com/t/1396002
   */
  notFoundDelayMs: milliseconds,
  /**
   * SIP calls know no threshold, prefix padding and silence duration of `server_vad`: neither their accept
   * nor an update of their session takes them. Reported once (openai-agents-js, issue 741), while others
   * accept calls with them.
   */
  refusesSipTuning: z.boolean(),
  /** From the request to the open socket. */
  connectDelayMs: milliseconds,
  /** The next sockets that reach the phase end there. */
  killNext: z
    .strictObject({
      phase: z.enum(REALTIME_PHASES),
      /**
       * `reset`: the connection is gone at once. `close`: closed properly with `code`. `freeze`: it
       * stays open, and nothing is sent or answered any more, no pong either.
       */
      how: z.enum(['reset', 'close', 'freeze']).default('reset'),
      code: z.number().int().min(1000).max(4999).default(1011),
      /** It lives on for so long first. */
      delayMs: milliseconds.default(0),
      /** The phase is reached so many times before without harm. */
      skip: count.default(0),
      count: count.min(1).default(1),
    })
    .nullable(),
  /** Nothing is sent for this long after a response was created. */
  stallMs: milliseconds,
  /** Responses end as `failed` with a server error. */
  failNextResponses: count,
  /** Input transcriptions end as `failed`. */
  failNextTranscriptions: count,
  /** Before each so-manieth event comes a frame that is no JSON. */
  malformedEvery: count,
  /** Before each so-manieth event comes one of a type that nobody knows. */
  unknownEvery: count,
  /** Each so-manieth event comes twice, with the same ids. */
  duplicateEvery: count,
  /** Each so-manieth event comes after the one behind it. */
  swapEvery: count,
  /** A delta of audio follows each response that was cancelled. */
  lateAudio: z.boolean(),
  /** From `response.created` to the first output. */
  firstAudioDelayMs: milliseconds,
  /** Audio in one delta. */
  deltaMs: milliseconds.min(20),
  /** Between two deltas: less than `deltaMs` is faster than real time. */
  deltaIntervalMs: milliseconds,
  /** Sessions that begin with it recognize no words, and answers are marked audio; a script may still say and call. */
  canned: cannedAnswers.nullable(),
  /** From the end of a turn to its transcript. */
  transcriptionDelayMs: milliseconds,
  sessionLimitMs: milliseconds.min(1),
  /** Told by `rate_limits.updated`. */
  tokensPerMinute: z.number().int().positive(),
});

export type OpenAiRealtimeFaults = z.infer<typeof openAiRealtimeFaults>;

export const healthyOpenAiRealtime = {
  failNext: null,
  maxSessions: null,
  dropAccepts: 0,
  failHangUps: 0,
  notFoundDelayMs: 0,
  refusesSipTuning: false,
  connectDelayMs: 0,
  killNext: null,
  stallMs: 0,
  failNextResponses: 0,
  failNextTranscriptions: 0,
  malformedEvery: 0,
  unknownEvery: 0,
  duplicateEvery: 0,
  swapEvery: 0,
  lateAudio: false,
  firstAudioDelayMs: 300,
  deltaMs: 400,
  deltaIntervalMs: 40,
  canned: null,
  transcriptionDelayMs: 150,
  sessionLimitMs: 3_600_000,
  tokensPerMinute: 4_000_000,
} as const satisfies OpenAiRealtimeFaults;
